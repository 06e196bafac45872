import type { EventRecord } from '@fdr/records';
import { numberText } from './number-text.js';

type LearningRateEvent = Extract<EventRecord, { type: 'learningRate' }>;

/** Why a learning rate changed, in words. */
export function reasonText({ reason }: LearningRateEvent): string {
  switch (reason.rule) {
    case 'equilibrium':
      return `the ${reason.layer === undefined ? 'ratio' : `slowest ratio, of ${reason.layer},`} ${numberText(reason.ratio, 5)} was within ${numberText(reason.threshold)} of one over the last ${reason.stepsUsed.toLocaleString('en')} steps`;
    case 'step':
      return `${reason.everyEpochs} epochs had passed`;
    case 'cosine':
      return `${reason.epochs} of ${reason.ofEpochs} epochs had passed`;
    case 'plateau':
      return `the training loss had not fallen below ${numberText(reason.best)} for ${reason.epochs} epochs`;
    case 'command':
      return 'set by hand';
  }
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What happened, in one line of words. */
export function eventText(event: EventRecord): string {
  switch (event.type) {
    case 'learningRate':
      return `Learning rate ${numberText(event.from)} → ${numberText(event.to)}: ${reasonText(event)}`;
    case 'schedule':
      return `Schedule set by hand: ${event.schedule}, threshold ${numberText(event.threshold)}, decay ${numberText(event.decay)}`;
    case 'command':
      return event.command.type === 'setLearningRate'
        ? `Asked for learning rate ${numberText(event.command.learningRate)}`
        : `Asked to ${event.command.type === 'setSchedule' ? 'change the schedule' : event.command.type}`;
    case 'warning':
      return `Warning: ${event.message}`;
    case 'status':
      return `${capitalized(event.status)}${event.message ? `: ${event.message}` : ''}`;
  }
}

/** A change of the learning rate, where the figures mark it. */
export interface Drop {
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The changes of the learning rate over epochs. */
export function drops(events: readonly EventRecord[], stepsPerEpoch: number): Drop[] {
  return events
    .filter((event) => event.type === 'learningRate')
    .map((event) => ({ epoch: event.step / stepsPerEpoch, from: event.from, to: event.to, text: eventText(event) }));
}
