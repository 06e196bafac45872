import type { EpochRecord } from '@fdr/records';
import { slowest } from '../equilibrium-rule.js';
import { measuredRatio, type MeasuredRatio } from '../measured-ratio.js';

/**
 * How near to its stationary state a training was over the window of an epoch's averages:
 *
 * - `moving`: the total's ratio is not within 1 ± X
 * - `settling`: that may be, but a layer's is not
 * - `undecided`: none is outside for certain, and not all are inside
 * - `balanced`: the whole interval of the total and of every parameter tensor is within 1 ± X
 */
export type BalanceState = 'moving' | 'settling' | 'undecided' | 'balanced';

/** What an epoch's record says of the balance. */
export type BalanceEpoch = Pick<EpochRecord, 'oLHalf' | 'oRHalf' | 'scatter' | 'layers'>;

/** A parameter tensor and its ratio. */
interface MeasuredLayer extends MeasuredRatio {
  readonly name: string;
}

/** See {@link BalanceState}. */
export interface JudgedBalance {
  readonly state: BalanceState;
  readonly total: MeasuredRatio;
  /** Every parameter tensor. */
  readonly layers: readonly MeasuredLayer[];
  /** The tensor furthest from 1: of those that are outside, else of those that are undecided, else of all. Undefined where there is none. */
  readonly slowest: MeasuredLayer | undefined;
}

/**
 * Judges the balance of an epoch's averages, with uncertainty: (FDR1') holds in total and component by component, and luck does not count.
 *
 * @param threshold X, in (0, 1).
 */
export function judgeBalance(epoch: BalanceEpoch, threshold: number): JudgedBalance {
  const total = measuredRatio(epoch, threshold);
  const layers = Object.entries(epoch.layers).map(([name, sides]) => ({ name, ...measuredRatio(sides, threshold) }));
  const outside = layers.filter(({ verdict }) => verdict === 'does not hold');
  const undecided = layers.filter(({ verdict }) => verdict === 'undecided');
  const candidates = [outside, undecided, layers].find(({ length }) => length > 0) ?? [];
  const names = new Set(candidates.map(({ name }) => name));
  const furthest = slowest(Object.fromEntries(Object.entries(epoch.layers).filter(([name]) => names.has(name))));
  return {
    state: stateOf(total, outside.length > 0, undecided.length > 0),
    total,
    layers,
    slowest: candidates.find(({ name }) => name === furthest?.name),
  };
}

function stateOf({ verdict }: MeasuredRatio, isLayerOutside: boolean, isLayerUndecided: boolean): BalanceState {
  if (verdict === 'does not hold') return 'moving';
  if (isLayerOutside) return 'settling';
  return verdict === 'undecided' || isLayerUndecided ? 'undecided' : 'balanced';
}
