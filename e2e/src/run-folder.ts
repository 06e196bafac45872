import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochRecord, eventRecord, run, type EpochRecord, type EventRecord, type Run } from '@fdr/records';

/** The contents of a run folder, read with nothing but the schemas: not with the code that wrote it. */
export interface RunFolder {
  readonly path: string;
  readonly run: Run;
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly EventRecord[];
  /** The bytes of `steps.f32`. */
  readonly steps: Buffer;
  /** Names of the files in `checkpoints`, sorted by step. */
  readonly checkpoints: readonly string[];
}

/**
 * Reads the only run of a directory of runs.
 *
 * @throws if the directory has not exactly one entry, or a line of the run's files is torn
 */
export function readOnlyRun(runsDirectory: string): RunFolder {
  const [name, ...others] = readdirSync(runsDirectory);
  if (name === undefined || others.length > 0)
    throw new Error(`${runsDirectory} has ${others.length + 1} entries, not 1`);
  return readRun(join(runsDirectory, name));
}

/**
 * Reads a run's folder.
 *
 * @throws if a line of its files is torn
 */
export function readRun(path: string): RunFolder {
  const lines = (file: string): unknown[] =>
    readFileSync(join(path, file), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
  return {
    path,
    run: run.parse(JSON.parse(readFileSync(join(path, 'run.json'), 'utf8'))),
    epochs: lines('epochs.jsonl').map((line) => epochRecord.parse(line)),
    events: lines('events.jsonl').map((line) => eventRecord.parse(line)),
    steps: readFileSync(join(path, 'steps.f32')),
    checkpoints: readdirSync(join(path, 'checkpoints')).toSorted((left, right) => parseInt(left) - parseInt(right)),
  };
}

/** The number of rows of `steps.f32`; not an integer if the last row is torn. */
export function stepCount({ run: { stepColumns }, steps }: RunFolder): number {
  return steps.length / (4 * stepColumns.length);
}

/**
 * One column of `steps.f32`.
 *
 * @throws {RangeError} if there is no such column
 */
export function stepColumn({ run: { stepColumns }, steps }: RunFolder, name: string): number[] {
  const column = stepColumns.indexOf(name);
  if (column < 0) throw new RangeError(`no column ${name} among ${stepColumns.join(', ')}`);
  const width = stepColumns.length;
  return Array.from({ length: Math.floor(steps.length / (4 * width)) }, (_, row) =>
    steps.readFloatLE(4 * (row * width + column)),
  );
}
