import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord, eventRecord, type Run } from '@fdr/records';
import type { z } from 'zod';
import { removePartialFiles, writeFileAtomically } from './atomic-write.js';
import { listCheckpoints } from './checkpoint-files.js';
import type { RecordCounts } from './checkpoint.js';
import { CHECKPOINTS_FOLDER, EPOCHS_FILE, EVENTS_FILE, STEPS_FILE } from './files.js';
import { createJsonlFile } from './jsonl-file.js';

/** A point to which a run can be rolled back: a step, and how many records the files held when it was done. */
export interface RollbackPoint {
  readonly step: number;
  readonly records: RecordCounts;
}

/**
 * Rolls a run's files back to a checkpoint: so many steps, epochs and events, and no later checkpoint. Rows of earlier steps
 * that the disk has lost become NaN, because a row's number is the number of its step.
 *
 * It may be interrupted at any time and repeated. Only the run's one writer may call it.
 */
export async function rollBack(
  folder: string,
  run: Pick<Run, 'stepColumns'>,
  { step, records }: RollbackPoint,
): Promise<void> {
  await removePartialFiles(folder);
  await removePartialFiles(join(folder, CHECKPOINTS_FOLDER));
  await truncateRecords(folder, EVENTS_FILE, eventRecord, records.events, step);
  await truncateRecords(folder, EPOCHS_FILE, epochRecord, records.epochs, step);
  await resizeSteps(join(folder, STEPS_FILE), 4 * run.stepColumns.length, step);
  for (const checkpoint of await listCheckpoints(folder)) {
    if (checkpoint.step > step) await rm(checkpoint.path, { force: true });
  }
}

/** Keeps the first `count` records, and of these the ones up to `step`: where a line was lost, the count is too large. */
async function truncateRecords(
  folder: string,
  name: string,
  schema: z.ZodType<{ step: number }>,
  count: number,
  step: number,
): Promise<void> {
  const file = createJsonlFile({ folder, name, schema });
  await file.refresh();
  const texts = (await file.texts(0, count)).filter((text) => schema.parse(JSON.parse(text)).step <= step);
  await writeFileAtomically(join(folder, name), [Buffer.from(texts.map((text) => `${text}\n`).join(''))]);
}

async function resizeSteps(path: string, rowBytes: number, rows: number): Promise<void> {
  // A link is refused: it would cut off a file elsewhere.
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const wholeRows = Math.min(rows, Math.floor((await file.stat()).size / rowBytes));
    await file.truncate(wholeRows * rowBytes);
    const missing = Buffer.alloc((rows - wholeRows) * rowBytes);
    for (let offset = 0; offset < missing.length; offset += 4) missing.writeFloatLE(NaN, offset);
    await file.write(missing, 0, missing.length, wholeRows * rowBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
