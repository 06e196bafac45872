import { parentPort, workerData } from 'node:worker_threads';
import { carryOut, describeThrown } from './worker-main.js';
import type { Instructions } from './training-loop.js';
import type { Assignment, Order, Report } from './worker-messages.js';

// The training thread: ONNX Runtime blocks the thread that calls it, so nobody else may live here.
const port = parentPort;
if (!port) throw new Error('worker.js is the training thread of fdr; start it as a worker.');

const orders: Order[] = [];
let arrived: (() => void) | undefined;
port.on('message', (order: Order) => {
  orders.push(order);
  arrived?.();
});

/** Orders in their order; waiting for one costs nothing. */
const instructions: Instructions = {
  take: async () => {
    // Messages arrive between turns of the event loop, and a segment of steps takes none.
    await new Promise((resolve) => setImmediate(resolve));
    return orders.shift();
  },
  next: async () => {
    while (orders.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return orders.shift() as Order;
  },
};
const report = (said: Report): void => port.postMessage(said);

try {
  await carryOut(workerData as Assignment, instructions, report);
} catch (error) {
  report(describeThrown(error));
}
