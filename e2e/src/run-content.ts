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

/**
 * The tensors of a checkpoint in base 64, without the file's header, which holds times, and without the averages: those are in it only where
 * the disk had refused the rows from which they can be taken again.
 */
export function tensorBytes({ path }: RunFolder, checkpoint: string): string {
  const file = readFileSync(join(path, 'checkpoints', checkpoint));
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<string, { data_offsets: [number, number] }>;
  return Object.keys(header)
    .filter((name) => name !== '__metadata__' && !name.startsWith('averages/'))
    .sort()
    .map((name) => {
      const [from, to] = header[name]?.data_offsets ?? [0, 0];
      return `${name} ${file.toString('base64', start + from, start + to)}`;
    })
    .join();
}
