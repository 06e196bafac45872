import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Backend } from '@fdr/training';
import { WEIGHT_DECAY, BATCH_SIZE, type BenchedNetwork } from './network.js';

/** Something that does training steps, one after another, when it is asked to. */
export interface Contender {
  readonly name: string;
  /** Does so many steps, alone; answers the milliseconds they took. */
  steps(count: number): Promise<number>;
  end(): Promise<void>;
}

/** What the thread of an executor is started with. */
export interface ExecutorAssignment {
  readonly network: BenchedNetwork;
  readonly backend: Backend;
  readonly threads: number;
}

/** FDR's own step on one of its backends, in a thread of its own as in `fdr train`. */
export async function executorContender(name: string, assignment: ExecutorAssignment): Promise<Contender> {
  const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
  const thread = new Worker(new URL('./executor-thread.ts', import.meta.url), {
    workerData: assignment,
    execArgv: ['--conditions=source', '--import', register],
  });
  await once(thread, 'message');
  return {
    name,
    steps: async (count) => {
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
 * The same step in PyTorch, on the same pictures; undefined where no Python here has it.
 *
 * @param images a file of their bytes
 */
export async function pytorchContender(
  { model, examples, imageShape, momentum, learningRate }: BenchedNetwork,
  images: string,
  threads: number,
): Promise<Contender | undefined> {
  const settings = {
    ...{ model, examples, imageShape, momentum, learningRate, images, threads },
    ...{ batchSize: BATCH_SIZE, weightDecay: WEIGHT_DECAY },
  };
  const script = fileURLToPath(new URL('./pytorch_step.py', import.meta.url));
  for (const python of ['python3', '/usr/bin/python3']) {
    const child = spawn(python, [script, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'ignore'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const gone = new Promise<undefined>((resolve) => child.once('error', () => resolve(undefined)));
    const first = await Promise.race([lines.next(), gone]);
    if (first === undefined || first.done === true) continue;
    return {
      name: `PyTorch ${first.value.replace(/^torch |\+.*$/g, '')}, ${threads} thread${threads > 1 ? 's' : ''}`,
      steps: async (count) => {
        child.stdin.write(`${count}\n`);
        const answer = await lines.next();
        if (answer.done === true) throw new Error('PyTorch ended in the middle of the benchmark');
        return Number(answer.value);
      },
      end: async () => {
        child.stdin.end();
        await once(child, 'close');
      },
    };
  }
  return undefined;
}
