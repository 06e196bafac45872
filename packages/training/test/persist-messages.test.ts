import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { createRun, openRun } from '@fdr/run-store';
import { temporaryFolder } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { sampleEpoch, sampleRun, sampleSteps } from '../../run-store/test/sample.js';
import { persistMessages } from '../src/persist-messages.js';
import type { WorkerMessage } from '../src/worker-messages.js';

const RECORDED: readonly WorkerMessage[] = [
  { type: 'steps', from: 0, rows: sampleSteps(0, 4), seconds: 1 },
  { type: 'epoch', record: sampleEpoch(1) },
];

/** What a run is left as by a training thread that comes to such an end, and the error that is told. */
async function after(end: (thread: EventEmitter) => void) {
  const runsDirectory = await temporaryFolder();
  const writer = await createRun(runsDirectory, sampleRun());
  let terminated = 0;
  const thread = Object.assign(new EventEmitter(), { terminate: () => Promise.resolve((terminated += 1)) });
  const ended = persistMessages(thread as unknown as Worker, writer, {
    listen: () => undefined,
    warn: (text) => expect.unreachable(text),
    onAnswer: () => undefined,
    needsDisk: () => false,
    onTrained: () => undefined,
    patience: new AbortController().signal,
  });
  for (const message of RECORDED) thread.emit('message', message);
  end(thread);
  const error: unknown = await ended.then(
    () => expect.unreachable('it did not fail'),
    (thrown: unknown) => thrown,
  );
  const { lastEpoch, position } = await openRun(runsDirectory, 'sample');
  // As it is written: a reader calls every run failed whose process is gone.
  const { status } = JSON.parse(await readFile(join(writer.folder, 'run.json'), 'utf8')) as { status: string };
  return { error, terminated, status, epoch: lastEpoch?.epoch, steps: position().steps };
}

describe('a training thread that fails', () => {
  const memory = Object.assign(new Error('Worker terminated due to reaching memory limit'), {
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  });
  it.each<[string, (thread: EventEmitter) => void, object]>([
    [
      'that throws',
      (thread) => thread.emit('message', { type: 'failed', mistake: false, message: 'a bug', stack: 'a bug at x.js' }),
      { name: 'Error', message: 'a bug', stack: 'a bug at x.js' },
    ],
    ['that runs out of memory', (thread) => thread.emit('error', memory), memory],
    [
      'that ends without a word',
      (thread) => thread.emit('exit', 1),
      { message: 'the training thread ended without a message' },
    ],
  ])('leaves a failed run with all its records, and tells why: one %s', async (_, end, error) => {
    expect(await after(end)).toMatchObject({ error, terminated: 1, status: 'failed', epoch: 1, steps: 4 });
  });
});
