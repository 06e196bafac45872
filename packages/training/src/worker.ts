import { parentPort, workerData } from 'node:worker_threads';
import { commandQueue } from './command-queue.js';
import { describeThrown, runWorker } from './worker-main.js';
import type { WorkerData, WorkerMessage } from './worker-messages.js';

// The training thread: ONNX Runtime blocks the thread that calls it, so nothing else may run here.
const port = parentPort;
if (!port) throw new Error('worker.js is the training thread of fdr; start it as a worker.');
const post = (message: WorkerMessage): void => port.postMessage(message);

try {
  await runWorker(workerData as WorkerData, commandQueue(port), post);
} catch (error) {
  post(describeThrown(error));
}
