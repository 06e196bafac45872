import { changeText, formatNumber, formatRateChange } from '@fdr/core/relations';
import type { EventRecord, Settings } from '@fdr/records';

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** An option's name in words: `minimum steps` of `minimumSteps`. */
const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function settingsText({ kind, ...options }: Settings): string {
  const texts = Object.entries(options).map(
    ([name, value]) => `${inWords(name)} ${typeof value === 'number' ? formatNumber(value) : value}`,
  );
  return [kind, ...texts].join(', ');
}

function commandText({ command }: Extract<EventRecord, { type: 'command' }>): string {
  switch (command.type) {
    case 'setLearningRate':
      return `Asked for learning rate ${formatNumber(command.learningRate)}`;
    case 'setSchedule':
      return 'Asked to change the schedule';
    case 'pause':
    case 'resume':
    case 'stop':
    case 'checkpoint':
      return `Asked to ${command.type}`;
    default:
      return command satisfies never;
  }
}

/** What happened, in one line of plain English. */
export function eventText(event: EventRecord): string {
  switch (event.type) {
    case 'learningRate':
      return `Learning rate ${formatRateChange(event.from, event.to, '→')}: ${changeText(event)}`;
    case 'schedule':
      return `Schedule set by hand: ${settingsText(event.schedule)}`;
    case 'command':
      return commandText(event);
    case 'warning':
      return `Warning: ${event.message}`;
    case 'status':
      return `${capitalized(event.status)}${event.message ? `: ${event.message}` : ''}`;
    default:
      return event satisfies never;
  }
}
