import { constants } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { appliedCommand, epochRecord, eventRecord, type Run } from '@fdr/records';
import type { z } from 'zod';
import { writeFileAtomically } from './atomic-write.js';
import { listCheckpoints } from './checkpoint-files.js';
import type { RecordCounts } from './checkpoint.js';
import { CHECKPOINTS_FOLDER, COMMANDS_FILE, EPOCHS_FILE, EVENTS_FILE, STEPS_FILE } from './files.js';
import { createJsonlFile } from './jsonl-file.js';
import { toLittleEndian } from './little-endian.js';
import { openForWriting, refuseLink } from './paths.js';

/** Values of missing rows that are written at once. */
const MISSING_VALUES = 64 * 1024;

/** A point to which a run can be rolled back: a step, and how many records the files held when it was done. */
export interface RollbackPoint {
  readonly step: number;
  readonly records: RecordCounts;
  /** Whether the commands of later steps are kept, to be carried out again. */
  readonly keepsCommands: boolean;
  /** The rows of `steps.f32` from this one to the step's are as they were recorded; 0 by default: all are. */
  readonly rowsFrom?: number;
}

/**
 * Rolls a run's files back to a checkpoint: so many steps, epochs and events, and no later checkpoint. Rows of earlier steps
 * that the disk has lost become NaN, because a row's number is the number of its step.
 *
 * It may be interrupted at any time, and the run then goes on from any checkpoint that is left. Only the run's one writer may call it.
 *
 * @param warn gets a sentence for each file with damaged lines, which are removed
 * @throws {RunFolderError} if a part of the run is a link; else the file system's error
 */
export async function rollBack(
  folder: string,
  run: Pick<Run, 'stepColumns'>,
  { step, records, keepsCommands }: RollbackPoint,
  warn: (message: string) => void,
): Promise<void> {
  await mkdir(join(folder, CHECKPOINTS_FOLDER), { recursive: true });
  await refuseLink(folder, CHECKPOINTS_FOLDER);
  // Checkpoints go first: one that outlived the records it counts would be gone on from without them.
  for (const checkpoint of await listCheckpoints(folder)) {
    if (checkpoint.step > step) await rm(checkpoint.path, { force: true });
  }
  const commands = keepsCommands ? { count: Infinity, step: Infinity } : { count: records.commands, step };
  await keepRecords(folder, COMMANDS_FILE, appliedCommand, commands, warn);
  await keepRecords(folder, EVENTS_FILE, eventRecord, { count: records.events, step }, warn);
  await keepRecords(folder, EPOCHS_FILE, epochRecord, { count: records.epochs, step }, warn);
  await resizeSteps(folder, 4 * run.stepColumns.length, step);
}

/** Keeps the first `count` records, and of these the ones up to `step`: where a line was lost, the count is too large. */
async function keepRecords(
  folder: string,
  name: string,
  schema: z.ZodType<{ step: number }>,
  { count, step }: { readonly count: number; readonly step: number },
  warn: (message: string) => void,
): Promise<void> {
  const file = createJsonlFile({ folder, name, schema });
  await file.refresh();
  const [first] = file.skippedLines;
  if (first !== undefined)
    warn(
      `${name}: ${damagedLines(file.skippedLines.length)} removed, the first is line ${first.line} (${first.reason})`,
    );
  const texts = (await file.texts(0, Math.min(count, file.count))).filter(
    (text) => schema.parse(JSON.parse(text)).step <= step,
  );
  await writeFileAtomically(join(folder, name), [Buffer.from(texts.map((text) => `${text}\n`).join(''))]);
}

async function resizeSteps(folder: string, rowBytes: number, rows: number): Promise<void> {
  const file = await openForWriting(folder, STEPS_FILE, constants.O_RDWR);
  try {
    const wholeRows = Math.min(rows, Math.floor((await file.stat()).size / rowBytes));
    await file.truncate(wholeRows * rowBytes);
    const missing = toLittleEndian(new Float32Array(MISSING_VALUES).fill(NaN));
    // In pieces: how many rows are missing depends on files that may be damaged.
    for (let from = wholeRows * rowBytes; from < rows * rowBytes; from += missing.length)
      await file.write(missing, 0, Math.min(missing.length, rows * rowBytes - from), from);
    await file.sync();
  } finally {
    await file.close();
  }
}

const damagedLines = (count: number): string => (count === 1 ? '1 damaged line is' : `${count} damaged lines are`);
