import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { OptionError } from '../validate.js';
import { ratioOf, slowest, type TwoSides } from './equilibrium-rule.js';
import { halfRunningAverage, type HalfRunningAverage } from './half-running-average.js';
import { scheduleOf, type ScheduleChoice } from './schedules/choice.js';
import type { LearningRateReason } from './schedules/schedule.js';

/** A moment at which the rule would have lowered the learning rate. */
export interface Firing {
  readonly epoch: number;
  readonly step: number;
  readonly from: number;
  readonly to: number;
  readonly reason: LearningRateReason;
  /**
   * True while the rule has asked for nothing that the recorded training did not do: then this is what it would have done. Later
   * ones are hypothetical, for the steps they rest on were made at another learning rate.
   */
  readonly exact: boolean;
}

/** What the rule saw at an epoch's end. */
export interface Look {
  readonly epoch: number;
  readonly learningRate: number;
  /** O_L / O_R of the averages since the learning rate last changed, in the training or by the rule. */
  readonly ratio: number;
  /** The parameter tensor furthest from balance, where the rule looks at each. */
  readonly layer?: { readonly name: string; readonly ratio: number };
  /** Full-batch loss over the training data, as it was recorded. */
  readonly trainLoss: number;
  readonly stepsUsed: number;
}

export interface RuleReplay {
  /** What is questionable about the rule's options in this run. */
  readonly warnings: readonly string[];

  /** Takes the next steps, row by row as `run.stepColumns` names them. */
  take(rows: Float32Array): void;
  readonly looks: readonly Look[];
  readonly firings: readonly Firing[];
}

/** The columns of one balance, and its averages since they last began anew. */
interface TrackedBalance {
  readonly oL: number;
  readonly oR: number;
  averages: { readonly oL: HalfRunningAverage; readonly oR: HalfRunningAverage };
}

/**
 * Lets a rule look at a recorded training at each epoch's end (section 3.3) without training again: from O_L and O_R of each step, of each
 * parameter tensor too where the rule asks for them, and from the recorded full-batch losses. The half-running averages restart where the
 * recorded learning rate changed, and where the rule would have changed it.
 *
 * @throws OptionError where the steps lack a column that the rule reads, or the choice is out of range
 */
export function replayRule(
  run: Pick<Run, 'config' | 'parameters' | 'stepColumns' | 'stepsPerEpoch'>,
  records: { readonly events: readonly EventRecord[]; readonly epochs: readonly EpochRecord[] },
  choice: ScheduleChoice,
): RuleReplay {
  const { config, stepColumns, stepsPerEpoch } = run;
  const changes = records.events.filter((event) => event.type === 'learningRate');
  const losses = new Map(records.epochs.map(({ epoch, trainLoss }) => [epoch, trainLoss]));
  const { learningRate } = config;
  const course = { epochs: Math.max(1, records.epochs.length), stepsPerEpoch, learningRate };
  const schedule = scheduleOf({ ...choice, course });
  const looks: Look[] = [];
  const firings: Firing[] = [];
  let state = schedule.start;
  let step = 0;
  let nextChange = 0;
  let recordedRate = learningRate;
  let rate = learningRate;
  let exact = true;
  const total = tracked('oL', 'oR');
  const layers =
    choice.schedule === 'equilibrium' && choice.balance === 'layers'
      ? run.parameters.map(({ name }) => [name, tracked(`oL/${name}`, `oR/${name}`)] as const)
      : [];
  const balances = [total, ...layers.map(([, balance]) => balance)];

  function tracked(left: string, right: string): TrackedBalance {
    const [oL, oR] = [left, right].map((name) => {
      const place = stepColumns.indexOf(name);
      if (place < 0) throw new OptionError('stepColumns', `columns that include ${name}, which the rule reads`, stepColumns.join());
      return place;
    }) as [number, number];
    return { oL, oR, averages: averages(0) };
  }

  function averages(from: number): TrackedBalance['averages'] {
    const readings = { first: stepsPerEpoch - (from % stepsPerEpoch), every: stepsPerEpoch };
    return { oL: halfRunningAverage(readings), oR: halfRunningAverage(readings) };
  }

  const sidesOf = ({ averages: { oL, oR } }: TrackedBalance): TwoSides => ({ oLHalf: oL.value(), oRHalf: oR.value() });

  /** Follows the recorded changes up to now. Says whether there was one. */
  function follow(): boolean {
    const before = nextChange;
    for (; (changes[nextChange]?.step ?? Infinity) <= step; nextChange++)
      recordedRate = changes[nextChange]?.to ?? recordedRate;
    return nextChange > before;
  }

  function look(): boolean {
    const epoch = step / stepsPerEpoch;
    const sides = sidesOf(total);
    const ofLayers = Object.fromEntries(layers.map(([name, balance]) => [name, sidesOf(balance)]));
    const furthest = slowest(ofLayers);
    const seen = { stepsUsed: total.averages.oL.window(), trainLoss: losses.get(epoch) ?? NaN };
    const layer = furthest && { layer: { name: furthest.name, ratio: ratioOf(furthest.sides) } };
    looks.push({ epoch, learningRate: rate, ratio: ratioOf(sides), ...layer, ...seen });
    const decision = schedule.decide(state, { ...sides, ...seen, learningRate: rate, layers: ofLayers });
    state = decision.state;
    if (!decision.reason) return false;
    firings.push({ epoch, step, from: rate, to: decision.learningRate, reason: decision.reason, exact });
    rate = decision.learningRate;
    return true;
  }

  return {
    warnings: schedule.warnings,
    take: (rows) => {
      for (let offset = 0; offset < rows.length; offset += stepColumns.length) {
        for (const balance of balances) {
          balance.averages.oL.push(rows[offset + balance.oL] as number);
          balance.averages.oR.push(rows[offset + balance.oR] as number);
        }
        step++;
        const fired = step % stepsPerEpoch === 0 && look();
        const changed = follow();
        exact &&= rate === recordedRate;
        if (fired || changed) for (const balance of balances) balance.averages = averages(step);
      }
    },
    looks,
    firings,
  };
}
