import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochRecord, EventRecord } from '@fdr/records';
import type { RunFolder } from './run-folder.js';

/** The contents of a run that must not depend on interruptions: all but wall times, status changes and commands. */
export const withoutTimes = ({ epochs, events, steps }: RunFolder) => ({
  epochs: epochs.map((record: EpochRecord) => ({ ...record, seconds: 0 })),
  events: events
    .filter(({ type }) => type !== 'status' && type !== 'command')
    .map((event: EventRecord) => ({ ...event, time: '' })),
  steps: steps.toString('base64'),
});

/** The tensors of a checkpoint in base 64, without the file's header, which holds times. */
export function tensorBytes({ path }: RunFolder, checkpoint: string): string {
  const file = readFileSync(join(path, 'checkpoints', checkpoint));
  return file.subarray(8 + Number(file.readBigUInt64LE())).toString('base64');
}
