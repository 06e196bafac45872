import type { EpochRecord, EventRecord, LearningRateReason, Run } from '@fdr/records';
import { ratioOf, slowest, type TwoSides } from '../equilibrium-rule.js';
import { halfRunningAverage, type HalfRunningAverage } from '../half-running-average.js';
import { scatterOfAverages } from '../ratio-scatter.js';
import { columnIndex, rateChanges } from '../recorded-steps.js';
import { readingsOf } from '../saved-averages.js';
import type { Schedule } from './schedule.js';

/** The column of O_L over all parameter tensors. */
const TOTAL = 'oL';

/** A step after which a rule would have changed the learning rate. */
export interface Firing {
  /** Epochs done, a fraction where the rule is asked within an epoch. */
  readonly epoch: number;
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly reason: LearningRateReason;
  /**
   * True while the learning rates of rule and recorded training agree. Later firings are hypothetical, because the steps that they are based
   * on were made at another learning rate.
   */
  readonly exact: boolean;
}

/** The rule's input at an epoch's end. */
export interface Observation {
  readonly epoch: number;
  readonly learningRate: number;
  /** O_L / O_R of the averages since the learning rate last changed, in the training or by the rule. */
  readonly ratio: number;
  /** The parameter tensor furthest from balance; undefined where there are none. */
  readonly layer: { readonly name: string; readonly ratio: number } | undefined;
  /** Full-batch loss over the training data, as it was recorded. */
  readonly trainLoss: number;
  readonly stepsUsed: number;
}

/** A rule applied to a recorded training, up to the last step taken. */
export interface RuleReplay {
  /** Options of the rule that can't work in this run, a sentence each. */
  readonly warnings: readonly string[];
  /** Takes the next steps, row by row as `run.stepColumns` names them. */
  take(rows: Float32Array): void;
  readonly observations: readonly Observation[];
  readonly firings: readonly Firing[];
}

/** The columns of one balance, and its averages since they last restarted. */
interface TrackedBalance {
  /** Of the column of O_L. */
  readonly name: string;
  readonly oL: number;
  readonly oR: number;
  averages: { readonly oL: HalfRunningAverage; readonly oR: HalfRunningAverage };
}

/**
 * Applies a schedule to a recorded training at each epoch's end (section 3.3) without training again. Its input is O_L and O_R of each step,
 * in total and of each parameter tensor, and the recorded full-batch losses. The half-running averages restart where the recorded learning
 * rate changed, and where the rule would have changed it.
 *
 * @param records the run's events and epochs.
 * @returns observations and firings, which grow with each call of `take`.
 * @throws OptionError where the steps lack a column that the rule reads.
 */
export function replayRule(
  run: Pick<Run, 'config' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>,
  records: { readonly events: readonly EventRecord[]; readonly epochs: readonly EpochRecord[] },
  schedule: Schedule,
): RuleReplay {
  const { stepColumns, stepsPerEpoch } = run;
  const { learningRate } = run.config;
  const start = schedule.begin({ epochs: Math.max(1, records.epochs.length), stepsPerEpoch, learningRate });
  const recordedRates = rateChanges(records.events, learningRate);
  const losses = new Map(records.epochs.map(({ epoch, trainLoss }) => [epoch, trainLoss]));
  const tracked = (left: string, right: string): TrackedBalance => ({
    name: left,
    oL: columnIndex(stepColumns, left),
    oR: columnIndex(stepColumns, right),
    averages: freshAverages(left, 0, stepsPerEpoch),
  });
  const total = tracked(TOTAL, 'oR');
  const layers = new Map(run.parameters.map(({ name }) => [name, tracked(`oL/${name}`, `oR/${name}`)]));
  const balances = [total, ...layers.values()];
  const observations: Observation[] = [];
  const firings: Firing[] = [];
  let { state } = start;
  let step = 0;
  let rate = learningRate;
  let exact = true;

  /** Lets the rule decide on the epoch that has just ended. @returns whether it fired. */
  function endEpoch(): boolean {
    const epoch = step / stepsPerEpoch;
    const sides = sidesOf(total);
    const layerSides = Object.fromEntries([...layers].map(([name, balance]) => [name, sidesOf(balance)]));
    const furthest = slowest(layerSides);
    const seen = { stepsUsed: total.averages.oL.window(), trainLoss: losses.get(epoch) ?? NaN };
    const layer = furthest && { name: furthest.name, ratio: ratioOf(furthest.sides) };
    observations.push({ epoch, learningRate: rate, ratio: ratioOf(sides), layer, ...seen });
    const scatter = {
      total: scatterOf(total),
      layers: Object.fromEntries([...layers].map(([name, balance]) => [name, scatterOf(balance)])),
    };
    const decision = schedule.decide(state, { ...sides, ...seen, scatter, learningRate: rate, layers: layerSides });
    state = decision.state;
    if (!decision.reason) return false;
    firings.push({ epoch, step, from: rate, to: decision.learningRate, reason: decision.reason, exact });
    rate = decision.learningRate;
    return true;
  }

  function takeRow(row: Float32Array): void {
    for (const { oL, oR, averages } of balances) {
      averages.oL.push(row[oL] ?? NaN);
      averages.oR.push(row[oR] ?? NaN);
    }
    step++;
    const fired = step % stepsPerEpoch === 0 && endEpoch();
    const recorded = recordedRates(step);
    exact &&= rate === recorded.rate;
    if (fired || recorded.changed)
      for (const balance of balances) balance.averages = freshAverages(balance.name, step, stepsPerEpoch);
  }

  return {
    warnings: start.warnings,
    observations,
    firings,
    take: (rows) => {
      for (let offset = 0; offset < rows.length; offset += stepColumns.length)
        takeRow(rows.subarray(offset, offset + stepColumns.length));
    },
  };
}

/** Averages that begin after `step` steps and are read as those of the training were. */
function freshAverages(name: string, step: number, stepsPerEpoch: number): TrackedBalance['averages'] {
  const readings = readingsOf([{ name, half: name === TOTAL }], stepsPerEpoch, step % stepsPerEpoch).get(name);
  return { oL: halfRunningAverage(readings), oR: halfRunningAverage(readings) };
}

const scatterOf = ({ averages: { oL, oR } }: TrackedBalance) => scatterOfAverages(oL, oR);

const sidesOf = ({ averages: { oL, oR } }: TrackedBalance): TwoSides => ({ oLHalf: oL.value(), oRHalf: oR.value() });
