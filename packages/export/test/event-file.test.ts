import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { crc32c } from '../src/crc32c.js';
import { eventFile } from '../src/event-file.js';

/** RFC 3720, appendix B.4. */
it.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 in ascending order', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ['32 in descending order', Uint8Array.from({ length: 32 }, (_, index) => 31 - index), 0x113fdb5c],
])('the checksum of %s', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum);
});

const EVENTS = [
  { wallTime: 1557153000.5, step: 1, scalars: [{ tag: 'step/loss', value: 0.25 }] },
  {
    wallTime: 1557153001,
    step: 3_000_000_000,
    scalars: [
      { tag: 'step/loss', value: -1e-3 },
      { tag: 'epoch/grüße', value: NaN },
    ],
  },
];

it('an event has the bytes that the protocol says', () => {
  const file = eventFile(EVENTS.slice(0, 1));
  // Length, its checksum, wall time (field 1), version (field 3), checksum; then the event.
  expect(file.readBigUInt64LE(0)).toBe(24n);
  expect(file.subarray(12, 36).toString('hex')).toBe(
    `09${doubleHex(1557153000.5)}1a0d${Buffer.from('brain.Event:2').toString('hex')}`,
  );
  const event = file.subarray(40 + 12, -4);
  expect(event.toString('hex')).toBe(
    `09${doubleHex(1557153000.5)}1001` +
      `2a12` +
      `0a10` +
      `0a09${Buffer.from('step/loss').toString('hex')}` +
      `150000803e`,
  );
});

function doubleHex(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.toString('hex');
}

it('TensorBoard reads the file', async () => {
  const python = process.env['FDR_PYTHON'] ?? 'python3';
  try {
    execFileSync(python, ['-c', 'import tensorboard'], { stdio: 'ignore' });
  } catch {
    console.warn(`skipped: ${python} has no tensorboard`);
    return;
  }
  const folder = await temporaryFolder();
  writeFileSync(join(folder, 'events.out.tfevents.1.fdr'), eventFile(EVENTS));
  const program = `
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
for tag in events.Tags()['scalars']:
    print(tag, [(one.step, one.wall_time, one.value) for one in events.Scalars(tag)])
`;
  expect(execFileSync(python, ['-c', program, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })).toBe(
    'step/loss [(1, 1557153000.5, 0.25), (3000000000, 1557153001.0, -0.0010000000474974513)]\n' +
      'epoch/grüße [(3000000000, 1557153001.0, nan)]\n',
  );
});
