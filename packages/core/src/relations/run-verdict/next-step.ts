import type { Run, ScheduleConfig } from '@fdr/records';
import { formatNumber } from '../format.js';
import type { ValleyFloor } from '../valley-floor.js';
import type { BalanceState } from './balance-state.js';

/** What a person may do next, and the command that does it. */
export interface NextStep {
  readonly text: string;
  /** To be typed; undefined where nothing is to be typed. */
  readonly command?: string | undefined;
}

/** Schedules that lower the rate by themselves once the training is balanced or makes no progress. */
const ACT_THEMSELVES: readonly ScheduleConfig['kind'][] = ['equilibrium', 'cooldown', 'plateau'];
/** By how much a training that has diverged is to be slower, and one that was too short longer. */
const FACTOR = 2;

/** What to do next with a run; undefined where it is best left alone. */
export function nextStep(
  { id, status, config }: Pick<Run, 'id' | 'status' | 'config'>,
  balance: BalanceState | undefined,
  valley: ValleyFloor | undefined,
): NextStep | undefined {
  switch (status) {
    case 'diverged':
      return {
        text: 'Start it again at a lower learning rate:',
        command: `fdr train --config runs/${id}/run.json --learning-rate ${formatNumber(config.learningRate / FACTOR)}`,
      };
    case 'failed':
    case 'stopped':
      return { text: 'Go on from its last checkpoint:', command: `fdr resume ${id}` };
    case 'paused':
      return { text: 'It waits: press Resume.' };
    case 'finished':
      return balance === undefined || balance === 'balanced'
        ? undefined
        : { text: 'To train it further:', command: `fdr resume ${id} --epochs ${FACTOR * config.epochs}` };
    case 'running':
      return balance === 'balanced' && valley && !ACT_THEMSELVES.includes(config.schedule.kind)
        ? { text: `To gain that, set the learning rate to ${formatNumber(valley.learningRate / FACTOR)}.` }
        : undefined;
    default:
      return status satisfies never;
  }
}
