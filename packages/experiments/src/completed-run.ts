import { appendRows, createStepSeries, type RunRecords, type StepSeries } from '@fdr/figures';
import { readStepBlocks, type RunReader } from '@fdr/run-store';
import type { PlannedRun, PlannedCurvature } from './plan.js';
import type { CurvatureRecord } from './curvature/record.js';

/** A planned run that has been done, and what it recorded. */
export interface CompletedRun extends PlannedRun {
  readonly records: RunRecords;
}

/** A planned estimate that has been made. */
export interface CompletedEstimate extends PlannedCurvature {
  readonly estimate: CurvatureRecord;
}

/** What figures draw of each step. */
const COLUMNS = ['loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf'] as const;

/** @param withSteps whether the figure draws single steps; without, the series is empty */
export async function completedRun(planned: PlannedRun, reader: RunReader, withSteps: boolean): Promise<CompletedRun> {
  return { ...planned, records: await completedRecords(reader, withSteps) };
}

/** All that figures draw of a run. */
export async function completedRecords(reader: RunReader, withSteps: boolean): Promise<RunRecords> {
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const steps = withSteps ? await stepSeries(reader, COLUMNS) : createStepSeries([]);
  return { run: reader.run, epochs, events, steps };
}

/** Every recorded step, in bounded memory. */
export async function stepSeries(reader: RunReader, wanted: readonly string[]): Promise<StepSeries> {
  const { stepColumns } = reader.run;
  const chosen = wanted.filter((name) => stepColumns.includes(name));
  const series = createStepSeries(chosen);
  const places = chosen.map((name) => stepColumns.indexOf(name));
  for await (const { from, rows } of readStepBlocks(reader)) {
    const count = rows.length / stepColumns.length;
    const some = new Float32Array(count * places.length);
    for (let row = 0; row < count; row++)
      places.forEach((place, index) => {
        some[row * places.length + index] = rows[row * stepColumns.length + place] as number;
      });
    appendRows(series, from, some);
  }
  return series;
}
