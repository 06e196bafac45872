import type { EventRecord } from '@fdr/records';
import { measured } from './number-text.js';

/** Why a learning rate changed, in words. */
export function reasonText(reason: Extract<EventRecord, { type: 'learningRate' }>['reason']): string {
  switch (reason.rule) {
    case 'equilibrium':
      return `${reason.layer === undefined ? 'ratio' : `slowest ratio (${reason.layer})`} ${measured(reason.ratio)} is within ${reason.threshold} of 1 over ${reason.stepsUsed} steps`;
    case 'step':
      return `${reason.everyEpochs} epochs have passed`;
    case 'cosine':
      return `${reason.epochs} of ${reason.ofEpochs} epochs have passed`;
    case 'plateau':
      return `loss has not fallen below ${measured(reason.best)} for ${reason.epochs} epochs`;
    case 'command':
      return `asked for (${reason.commandId})`;
  }
}
