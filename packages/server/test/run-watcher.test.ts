import { expect, it } from 'vitest';
import { temporaryFolder } from '../../run-store/test/sample.js';
import { createRunCache, type RunCache } from '../src/run-cache.js';
import { createRunWatcher } from '../src/run-watcher.js';
import { appendEpochs, recordRun } from './test-server.js';

it('draining finds the last records even if its first read is shared with a poll that began before them', async () => {
  const runsDirectory = await temporaryFolder();
  const writer = await recordRun(runsDirectory, 'drained', 1);
  const cache = createRunCache(runsDirectory);
  const reader = await cache.open('drained');
  const beforeLastRecords = Promise.resolve(reader);
  let calls = 0;
  const sharing: RunCache = {
    open: (id) => {
      calls++;
      return calls === 1 ? beforeLastRecords : cache.open(id);
    },
  };
  const watcher = createRunWatcher(sharing, 600_000, { diskErrorOf: () => null, onError: () => expect.unreachable() });
  const epochsSeen: number[] = [];
  watcher.follow(reader, async () => {
    epochsSeen.push(reader.position().epochs);
  });
  appendEpochs(writer, 2, 5);
  await writer.settled();
  await watcher.drain();
  watcher.close();
  expect(epochsSeen).toEqual([5]);
});
