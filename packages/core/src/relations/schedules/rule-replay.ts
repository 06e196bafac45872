import type { EpochRecord, EventRecord, LearningRateReason, Run } from '@fdr/records';
import { ratioOf, slowest, type TwoSides } from '../equilibrium-rule.js';
import { halfRunningAverage, type HalfRunningAverage } from '../half-running-average.js';
import { scatterOfAverages } from '../ratio-scatter.js';
import { dynamicsOf } from '../run-config.js';
import { columnIndex, rateChanges } from '../recorded-steps.js';
import { readingsOf } from '../saved-averages.js';
import type { DriftLook, Schedule } from './schedule.js';

/** The column of O_L over all parameter tensors. */
const TOTAL = 'oL';

/** A window of distances and the steps that its centre is the mean of, over the window. */
const LADDER_SPAN = 1.5;

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
 * in total and of each parameter tensor, the recorded full-batch losses, and windows of distances where the run kept them. The half-running averages restart where the recorded learning
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
  const driftAt = recordedDrift(run, records.epochs);
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
    const drift = driftAt(epoch, firings.at(-1)?.step ?? 0);
    const end = { ...sides, ...seen, scatter, drift, learningRate: rate, layers: layerSides };
    const decision = schedule.decide(state, end);
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
    warnings: [...start.warnings, ...driftWarnings(schedule, records.epochs)],
    observations,
    firings,
    take: (rows) => {
      for (let offset = 0; offset < rows.length; offset += stepColumns.length)
        takeRow(rows.subarray(offset, offset + stepColumns.length));
    },
  };
}

/** The recorded windows of distances: asked at an epoch's end, gives the one that ended in it, if it and its centre lie wholly after `from` steps. */
function recordedDrift(
  { config, stepsPerEpoch }: Pick<Run, 'config' | 'stepsPerEpoch'>,
  epochs: readonly EpochRecord[],
) {
  const dynamics = dynamicsOf(config.optimizer);
  const recorded = new Map(epochs.map((record) => [record.epoch, record]));
  return (epoch: number, from: number): DriftLook | undefined => {
    const { drift, learningRate = NaN } = recorded.get(epoch) ?? {};
    const isWhole = drift !== undefined && epoch * stepsPerEpoch - LADDER_SPAN * drift.steps >= from;
    return isWhole && dynamics ? { ...drift, ...dynamics, learningRate } : undefined;
  };
}

const driftWarnings = ({ needs }: Schedule, epochs: readonly EpochRecord[]): string[] =>
  needs === 'drift' && epochs.every(({ drift }) => drift === undefined)
    ? [
        'the rule reads windows of distances, of which the run has none: train with --drift, for at least 4 epochs at one rate',
      ]
    : [];

/** Averages that begin after `step` steps and are read as those of the training were. */
function freshAverages(name: string, step: number, stepsPerEpoch: number): TrackedBalance['averages'] {
  const readings = readingsOf([{ name, half: name === TOTAL }], stepsPerEpoch, step % stepsPerEpoch).get(name);
  return { oL: halfRunningAverage(readings), oR: halfRunningAverage(readings) };
}

const scatterOf = ({ averages: { oL, oR } }: TrackedBalance) => scatterOfAverages(oL, oR);

const sidesOf = ({ averages: { oL, oR } }: TrackedBalance): TwoSides => ({ oLHalf: oL.value(), oRHalf: oR.value() });
