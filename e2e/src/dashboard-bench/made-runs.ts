import { mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord, run as runSchema, type EpochRecord, type Run } from '@fdr/records';
import { z } from 'zod';
import type { RunFolder } from '../run-folder.js';

/** Rows that are written together. */
const ROWS = 50_000;
/** Seeds of a group of runs. */
const SEEDS = 16;

/** Many short runs, made of a recorded one: other names, seeds, learning rates and numbers. */
export function makeManyRuns(runsDirectory: string, sample: RunFolder, count: number, epochs: number): void {
  for (let index = 0; index < count; index += 1) {
    const createdAt = new Date(Date.UTC(2026, 0, 1) + 60_000 * index).toISOString();
    const id = `${createdAt.replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${String(index).padStart(8, '0')}`;
    const learningRate = 0.1 / (1 + Math.floor(index / SEEDS));
    const config = { ...sample.run.config, seed: index % SEEDS, learningRate, epochs };
    writeRun(
      join(runsDirectory, id),
      { ...sample.run, id, name: `run ${index}`, createdAt, config },
      madeEpochs(sample, epochs),
    );
  }
}

/** One run of many steps, whose loss falls and scatters. */
export async function makeLongRun(runsDirectory: string, sample: RunFolder, steps: number): Promise<string> {
  const id = '20260101-000000-long';
  const folder = join(runsDirectory, id);
  const epochs = Math.floor(steps / sample.run.stepsPerEpoch);
  const config = { ...sample.run.config, epochs };
  writeRun(folder, { ...sample.run, id, name: 'long', config }, madeEpochs(sample, epochs));
  const file = await open(join(folder, 'steps.f32'), 'w');
  try {
    const width = sample.run.stepColumns.length;
    const total = epochs * sample.run.stepsPerEpoch;
    for (let from = 0; from < total; from += ROWS) {
      const rows = new Float32Array(width * Math.min(ROWS, total - from));
      rows.forEach((_, cell) => (rows[cell] = madeValue(from + Math.floor(cell / width))));
      await file.writeFile(new Uint8Array(rows.buffer));
    }
  } finally {
    await file.close();
  }
  return id;
}

/** Falls like 1 / step to a floor, with a scatter that needs no random numbers. */
const madeValue = (step: number): number => 0.3 + 2 / (1 + step / 1000) + 0.1 * Math.sin(12.9898 * step);

function madeEpochs({ run, epochs }: RunFolder, count: number): EpochRecord[] {
  const [sample] = epochs;
  if (sample === undefined) throw new Error('the sample has no epoch');
  return Array.from({ length: count }, (_, index) => {
    const step = (index + 1) * run.stepsPerEpoch;
    const loss = madeValue(step);
    return { ...sample, epoch: index + 1, step, trainLoss: loss, lossHalf: loss, ratio: 1 + 0.1 * Math.sin(step) };
  });
}

function writeRun(folder: string, run: Run, epochs: readonly EpochRecord[]): void {
  mkdirSync(join(folder, 'checkpoints'), { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(z.encode(runSchema, run)));
  const lines = epochs.map((record) => `${JSON.stringify(z.encode(epochRecord, record))}\n`);
  writeFileSync(join(folder, 'epochs.jsonl'), lines.join(''));
  for (const name of ['events.jsonl', 'commands.jsonl', 'steps.f32']) writeFileSync(join(folder, name), '');
}
