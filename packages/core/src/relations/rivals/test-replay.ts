import type { EventRecord, Run } from '@fdr/records';
import { columnIndex, rateChanges } from '../recorded-steps.js';
import type { Firing } from '../schedules/rule-replay.js';
import type { StationarityTest } from './stationarity-test.js';

/** A test applied to a recorded training, up to the last step taken. */
export interface TestReplay {
  /** Takes the next steps, row by row as `run.stepColumns` names them. */
  take(rows: Float32Array): void;
  readonly firings: readonly Firing[];
}

/**
 * Applies a rival's test to a recorded training without training again. It begins anew where the recorded learning rate changed, and
 * where it would have changed it.
 *
 * @returns firings, which grow with each call of `take`.
 * @throws OptionError where the steps lack a column that the test reads.
 */
export function replayTest(
  run: Pick<Run, 'config' | 'stepColumns' | 'stepsPerEpoch'>,
  events: readonly EventRecord[],
  test: StationarityTest,
): TestReplay {
  const { stepColumns, stepsPerEpoch } = run;
  const columns = test.columns.map((name) => columnIndex(stepColumns, name));
  const values = new Float64Array(columns.length);
  const recordedRates = rateChanges(events, run.config.learningRate);
  const firings: Firing[] = [];
  let step = 0;
  let rate = run.config.learningRate;
  let exact = true;
  const beginning = (learningRate: number) =>
    test.begin({ stepsPerEpoch, learningRate, isFirst: firings.length === 0 });
  let running = beginning(rate);

  function takeRow(row: Float32Array): void {
    columns.forEach((column, index) => {
      values[index] = row[column] ?? NaN;
    });
    step++;
    const message = firings.length > 0 && !test.repeats ? undefined : running(values);
    if (message !== undefined) {
      const reason = { rule: test.name, message };
      firings.push({ epoch: step / stepsPerEpoch, step, from: rate, to: test.factor * rate, reason, exact });
      rate *= test.factor;
    }
    const recorded = recordedRates(step);
    exact &&= rate === recorded.rate;
    if (message !== undefined || recorded.changed) running = beginning(recorded.rate);
  }

  return {
    firings,
    take: (rows) => {
      for (let offset = 0; offset < rows.length; offset += stepColumns.length)
        takeRow(rows.subarray(offset, offset + stepColumns.length));
    },
  };
}
