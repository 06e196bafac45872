import { formatNumber } from '../format.js';
import type { BalanceState, JudgedBalance } from './balance-state.js';
import { formatRatio } from '../measured-ratio.js';

/** A judgement, and over what it was made. */
export interface BalanceContext {
  readonly balance: JudgedBalance;
  /** X. */
  readonly threshold: number;
  /** Steps of the averages. */
  readonly stepsUsed: number;
  /** First epoch since which it is balanced. */
  readonly since: number | undefined;
}

const count = (steps: number): string => steps.toLocaleString('en');

/**
 * What a judgement means, in one sentence with its uncertainty.
 *
 * @example
 * Balanced since epoch 12: O_L / O_R is 1.004 ± 0.006 over 3,900 steps, and every layer is within 1 ± 0.01; slowest dense1.bias, 0.997 ± 0.002.
 */
export function balanceText({ balance, threshold, stepsUsed, since }: BalanceContext): string {
  const { state, total, slowest } = balance;
  const band = `1 ± ${formatNumber(threshold)}`;
  const ratio = `O_L / O_R is ${formatRatio(total)} over ${count(stepsUsed)} steps`;
  const layer = slowest && `${slowest.name}, ${formatRatio(slowest)}`;
  switch (state) {
    case 'moving':
      return `Moving: ${ratio}, outside ${band}${layer === undefined ? '' : `; slowest ${layer}`}.`;
    case 'settling': {
      const own = total.verdict === 'holds' ? `the total is balanced, ${ratio}` : `${ratio}, which decides nothing`;
      return `Settling: ${own}; outside ${band} is ${layer ?? 'a layer'}.`;
    }
    case 'undecided':
      return undecidedText(ratio, { balance, threshold, stepsUsed, since });
    case 'balanced': {
      const layers = layer === undefined ? '' : `, and every layer is within ${band}; slowest ${layer}`;
      return `Balanced since epoch ${since ?? '?'}: ${ratio}${layers}.`;
    }
    default:
      return state satisfies never;
  }
}

function undecidedText(ratio: string, { balance, threshold, stepsUsed }: BalanceContext): string {
  const { total, layers, slowest } = balance;
  const band = `1 ± ${formatNumber(threshold)}`;
  const open = layers.filter(({ verdict }) => verdict === 'undecided').length;
  const last = slowest && open > 0 ? `${slowest.name}, ${formatRatio(slowest)}` : undefined;
  if (total.verdict === 'holds')
    return `Undecided: the total is balanced, ${ratio}; ${open} of ${layers.length} layers may be outside ${band}, most of all ${last ?? 'one'}.`;
  const slow = last === undefined ? '' : `; slowest ${last}`;
  if (total.error === undefined) return `Undecided: ${ratio}${slow}.`;
  // The error falls like 1 / steps.
  const enough = Number(Math.ceil((stepsUsed * total.error) / threshold).toPrecision(2));
  return `Undecided: ${ratio}, which may be inside ${band} or outside${slow}. A window of some ${count(enough)} steps would tell.`;
}

/** The tone of colour in which a balance is shown. */
export const BALANCE_TONES: Readonly<Record<BalanceState, 'good' | 'busy' | 'calm'>> = {
  moving: 'busy',
  settling: 'busy',
  undecided: 'calm',
  balanced: 'good',
};
