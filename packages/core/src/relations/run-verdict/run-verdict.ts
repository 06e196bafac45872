import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { dynamicsOf, thresholdOf } from '../run-config.js';
import { valleyFloor } from '../valley-floor.js';
import { windowOf } from './averaging-window.js';
import { judgeBalance, type BalanceState, type JudgedBalance } from './balance-state.js';
import { BALANCE_TONES, balanceText } from './balance-text.js';
import { balancedSince } from './balanced-since.js';
import { dropLuck, dropLuckText } from './drop-luck.js';
import { endedBadly, endingText } from './ending-text.js';
import { gainText } from './gain-text.js';
import { nextStep, type NextStep } from './next-step.js';

/** What a verdict reads of a run. */
export interface VerdictRecords {
  readonly run: Run;
  /** In order. */
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly EventRecord[];
}

/**
 * `unmeasured`: no epoch has finished, or the optimizer defines no O_R; `diverged` and `interrupted`: whatever was measured before says
 * nothing of now; else that of the balance.
 */
export type VerdictState = BalanceState | 'unmeasured' | 'diverged' | 'interrupted';

/** What can be said of a run as a whole. */
export interface RunVerdict {
  readonly state: VerdictState;
  /** Colour in which it is shown. */
  readonly tone: 'good' | 'busy' | 'calm' | 'bad';
  /** How it stands, in plain words with the uncertainty. An interval, written ±, is of 2 standard errors: 95 %. */
  readonly sentence: string;
  /** What a lower rate would gain, and how sure that is; undefined where nothing can be gained or measured. */
  readonly gain?: string | undefined;
  /** How many of the drops may be luck; undefined where there was none. */
  readonly drops?: string | undefined;
  readonly next?: NextStep | undefined;
}

/** The verdict on a run, the same on the page and in the terminal. */
export function runVerdict({ run, epochs, events }: VerdictRecords): RunVerdict {
  const last = epochs.at(-1);
  const threshold = thresholdOf(run.config.schedule);
  const balance = last && dynamicsOf(run.config.optimizer) ? judgeBalance(last, threshold) : undefined;
  const valley = balance && valleyFloor(epochs, { stepsPerEpoch: run.stepsPerEpoch, threshold });
  const isDiverged = run.status === 'diverged';
  const texts = [
    endingText(run, last, events),
    isDiverged ? undefined : balanceSentence({ run, epochs, events }, balance),
  ];
  return {
    state: stateOf(run, balance),
    tone: endedBadly(run.status) ? 'bad' : balance ? BALANCE_TONES[balance.state] : 'calm',
    sentence: texts.filter((text) => text !== undefined).join(' '),
    gain: balance && !isDiverged ? gainText(valley, threshold) : undefined,
    drops: dropLuckText(dropLuck(events)),
    next: nextStep(run, balance?.state, valley),
  };
}

function stateOf({ status }: Run, balance: JudgedBalance | undefined): VerdictState {
  if (status === 'diverged') return 'diverged';
  return status === 'failed' ? 'interrupted' : (balance?.state ?? 'unmeasured');
}

function balanceSentence({ run, epochs, events }: VerdictRecords, balance: JudgedBalance | undefined): string {
  const last = epochs.at(-1);
  if (!last) return 'Nothing is measured before the first epoch has finished.';
  if (!balance) return `The relation is not defined with ${run.config.optimizer.kind}, so that balance can't be told.`;
  const threshold = thresholdOf(run.config.schedule);
  const since = balancedSince(epochs, events, threshold);
  return balanceText({ balance, threshold, stepsUsed: windowOf(last, events), since });
}

/** A verdict in rows of a name and a text, in the order in which they are shown. The first is the sentence. */
export function verdictRows({ sentence, drops, gain, next }: RunVerdict): (readonly [name: string, text: string])[] {
  const rows = [
    ['now', sentence],
    ['drops', drops],
    ['lower rate', gain],
    ['next', next && [next.text, next.command].filter((text) => text !== undefined).join(' ')],
  ] as const;
  return rows.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const]));
}
