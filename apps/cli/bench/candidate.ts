import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Backend } from '@fdr/training';
import { BATCH_SIZE, WEIGHT_DECAY, type BenchmarkNetwork } from './network.js';

/** An implementation of the training step whose speed is measured. */
export interface Candidate {
  readonly name: string;
  /** Makes so many steps, while no other candidate makes any. Resolves to the milliseconds they took. */
  readonly makeSteps: (count: number) => Promise<number>;
  readonly end: () => Promise<void>;
}

/** What an executor's thread is started with. */
export interface ExecutorThreadData {
  readonly network: BenchmarkNetwork;
  readonly backend: Backend;
  readonly threads: number;
}

/** FDR's own step on one of its backends, in a thread of its own as in `fdr train`. */
export async function executorCandidate(name: string, data: ExecutorThreadData): Promise<Candidate> {
  const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
  const thread = new Worker(new URL('./executor-thread.ts', import.meta.url), {
    workerData: data,
    execArgv: ['--conditions=@fdr/source', '--import', register],
  });
  await once(thread, 'message');
  return {
    name,
    makeSteps: async (count) => {
      thread.postMessage(count);
      const [milliseconds] = (await once(thread, 'message')) as [number];
      return milliseconds;
    },
    end: async () => {
      await thread.terminate();
    },
  };
}

/**
 * The same step in PyTorch, on the same images; undefined where no Python here has it.
 *
 * @param imagesFile file of the images' bytes
 */
export async function pytorchCandidate(
  { model, examples, imageShape, momentum, learningRate }: BenchmarkNetwork,
  imagesFile: string,
  threads: number,
): Promise<Candidate | undefined> {
  const settings = {
    model,
    examples,
    imageShape,
    momentum,
    learningRate,
    images: imagesFile,
    threads,
    batchSize: BATCH_SIZE,
    weightDecay: WEIGHT_DECAY,
  };
  const script = fileURLToPath(new URL('./pytorch_step.py', import.meta.url));
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const notFound = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
    const first = await Promise.race([lines.next(), notFound]);
    if (first === undefined || first.done === true) continue;
    return {
      name: `PyTorch ${first.value.replace(/^torch |\+.*$/g, '')}, ${threads} thread${threads > 1 ? 's' : ''}`,
      makeSteps: async (count) => {
        child.stdin.write(`${count}\n`);
        const reply = await lines.next();
        if (reply.done === true) throw new Error('PyTorch ended in the middle of the benchmark');
        return Number(reply.value);
      },
      end: async () => {
        child.stdin.end();
        await once(child, 'close');
      },
    };
  }
  return undefined;
}
