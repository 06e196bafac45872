// Trains on a folder of images as the training thread does, and prints what this process holds at the ends of epochs. Needs --expose-gc.
import { setImmediate } from 'node:timers/promises';
import { memory } from '@tensorflow/tfjs';
import type { RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '../src/default-config.js';
import { runWorker } from '../src/worker-main.js';

const [dataset = '', backend = '', epochs = '', every = ''] = process.argv.slice(2);
const config = { ...DEFAULT_CONFIG, dataset, backend, epochs: Number(epochs), batchSize: 7, threads: 1 } as RunConfig;
let due: number | undefined;

/** What is garbage is freed in two turns: what an object has kept outside the heap goes after the object. */
async function collectGarbage(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

async function take(): Promise<undefined> {
  await setImmediate();
  if (due === undefined) return;
  await collectGarbage();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  console.log(JSON.stringify({ epoch: due, tensors: memory().numTensors, bytes: heapUsed + arrayBuffers, rss }));
  due = undefined;
}

const commands = { next: () => Promise.resolve({ type: 'start' } as const), take };
await runWorker({ config, checkpointEvery: 1 }, commands, (message) => {
  if (message.type === 'epoch' && message.record.epoch % Number(every) === 0) due = message.record.epoch;
});
