import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { epochRecord, eventRecord, type Run } from '@fdr/records';
import { checkpointSteps, type RecordCounts } from './checkpoint.js';
import { removePartialFiles, replaceFile } from './atomic-write.js';
import { CHECKPOINTS_FOLDER, EPOCHS_FILE, EVENTS_FILE, STEPS_FILE } from './files.js';
import { createLineFile } from './jsonl-file.js';

/**
 * Brings a run's files back to what they were when a checkpoint was taken: so many steps, epochs and events, and no later
 * checkpoint. Where the disk has lost rows of earlier steps, they become NaN: a row's number stays the step's.
 *
 * It may be broken off anywhere and done again. Only the run's one writer may ask for it.
 */
export async function cutBack(
  folder: string,
  run: Pick<Run, 'stepColumns'>,
  { step, records }: { readonly step: number; readonly records: RecordCounts },
): Promise<void> {
  const checkpoints = join(folder, CHECKPOINTS_FOLDER);
  await removePartialFiles(folder);
  await removePartialFiles(checkpoints);
  for (const [name, schema, count] of [
    [EVENTS_FILE, eventRecord, records.events],
    [EPOCHS_FILE, epochRecord, records.epochs],
  ] as const) {
    const file = createLineFile({ folder, name, schema });
    await file.refresh();
    // Both, for a line that the disk has lost makes the count too large.
    const texts = (await file.texts(0, count)).filter((text) => schema.parse(JSON.parse(text)).step <= step);
    await replaceFile(join(folder, name), [Buffer.from(texts.map((text) => `${text}\n`).join(''))]);
  }
  await resize(join(folder, STEPS_FILE), 4 * run.stepColumns.length, step);
  for (const later of (await checkpointSteps(checkpoints)).filter((one) => one > step))
    await rm(join(checkpoints, `${later}.safetensors`), { force: true });
}

async function resize(path: string, rowBytes: number, rows: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const whole = Math.min(rows, Math.floor((await file.stat()).size / rowBytes));
    await file.truncate(whole * rowBytes);
    const missing = Buffer.alloc((rows - whole) * rowBytes);
    for (let place = 0; place < missing.length; place += 4) missing.writeFloatLE(NaN, place);
    await file.write(missing, 0, missing.length, whole * rowBytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
