import { halfRunningAverage, ratioOf, scheduleOf, type LearningRateReason, type ScheduleChoice } from '@fdr/core';
import type { EventRecord, Run } from '@fdr/records';

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
  readonly stepsUsed: number;
}

export interface RuleReplay {
  /** Takes the next steps, row by row as `run.stepColumns` names them. */
  take(rows: Float32Array): void;
  readonly looks: readonly Look[];
  readonly firings: readonly Firing[];
}

/**
 * Lets a rule look at a recorded training at each epoch's end (section 3.3) without training again: from O_L and O_R of each step
 * alone. The half-running averages restart where the recorded learning rate changed, and where the rule would have changed it.
 *
 * @throws Error where the steps lack `oL` or `oR`; OptionError where the choice is out of range
 */
export function replayRule(
  { config, stepColumns, stepsPerEpoch }: Pick<Run, 'config' | 'stepColumns' | 'stepsPerEpoch'>,
  events: readonly EventRecord[],
  choice: ScheduleChoice,
): RuleReplay {
  const [left, right] = (['oL', 'oR'] as const).map((name) => {
    const place = stepColumns.indexOf(name);
    if (place < 0) throw new Error(`the recorded steps have no column ${name}`);
    return place;
  }) as [number, number];
  const changes = events.filter((event) => event.type === 'learningRate');
  const schedule = scheduleOf(choice);
  const looks: Look[] = [];
  const firings: Firing[] = [];
  let state = schedule.start;
  let step = 0;
  let nextChange = 0;
  let recordedRate = config.learningRate;
  let rate = config.learningRate;
  let exact = true;
  let sides = averages(0);

  function averages(from: number) {
    const readings = { first: stepsPerEpoch - (from % stepsPerEpoch), every: stepsPerEpoch };
    return { oL: halfRunningAverage(readings), oR: halfRunningAverage(readings) };
  }

  /** Follows the recorded changes up to now. Says whether there was one. */
  function follow(): boolean {
    const before = nextChange;
    for (; (changes[nextChange]?.step ?? Infinity) <= step; nextChange++)
      recordedRate = changes[nextChange]?.to ?? recordedRate;
    return nextChange > before;
  }

  function look(): boolean {
    const epoch = step / stepsPerEpoch;
    const end = { oLHalf: sides.oL.value(), oRHalf: sides.oR.value(), stepsUsed: sides.oL.window() };
    looks.push({ epoch, learningRate: rate, ratio: ratioOf(end), stepsUsed: end.stepsUsed });
    const decision = schedule.decide(state, { ...end, learningRate: rate, layers: {}, trainLoss: NaN });
    state = decision.state;
    if (!decision.reason) return false;
    firings.push({ epoch, step, from: rate, to: decision.learningRate, reason: decision.reason, exact });
    rate = decision.learningRate;
    return true;
  }

  return {
    take: (rows) => {
      for (let offset = 0; offset < rows.length; offset += stepColumns.length) {
        sides.oL.push(rows[offset + left] as number);
        sides.oR.push(rows[offset + right] as number);
        step++;
        const fired = step % stepsPerEpoch === 0 && look();
        const changed = follow();
        exact &&= rate === recordedRate;
        if (fired || changed) sides = averages(step);
      }
    },
    looks,
    firings,
  };
}
