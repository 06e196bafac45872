import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS } from './node-options.js';

/** A training whose process serves the page. */
export interface TrainingProcess {
  readonly url: string;
  readonly runId: string;
  /** Milliseconds a step of the next epochs, evaluation included, by the training's own clock. */
  readonly measure: (epochs: number) => Promise<number>;
  readonly lastStep: () => number;
  /** Bytes of memory that the process uses; NaN on systems without `/proc`. */
  readonly residentBytes: () => number;
  readonly end: () => Promise<void>;
}

/** Starts a training on one thread. */
export async function startTraining(folder: string, dataset: string): Promise<TrainingProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const flags = ['--dataset', dataset, '--threads', '1', '--epochs', '100000', '--port', '0', '--json'];
  const child = spawn(process.execPath, [...NODE_OPTIONS, main, 'train', ...flags, '--runs-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = readLines(child);
  const next = async (type: string): Promise<TrainingLine> => {
    for (;;) {
      const line = await printed.next();
      if (line.type === type) return line;
    }
  };
  const { run } = await next('run');
  const { url } = await next('dashboard');
  if (run === undefined || url === undefined) throw new Error('the training printed no run or no address');
  return {
    url: new URL(url).origin,
    runId: run.id,
    lastStep: printed.lastStep,
    residentBytes: () => residentBytes(child),
    end: async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
    measure: async (epochs) => {
      // What was printed before the window is not of it, nor is the epoch under way.
      printed.forget();
      await next('epoch');
      let seconds = 0;
      for (let epoch = 0; epoch < epochs; epoch += 1) seconds += (await next('epoch')).epoch?.seconds ?? NaN;
      return (1000 * seconds) / (epochs * run.stepsPerEpoch);
    },
  };
}

/** The lines that a training prints, in order. */
function readLines(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }) {
  const lines: TrainingLine[] = [];
  let lastStep = 0;
  let wake = (): void => undefined;
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as TrainingLine;
    lines.push(line);
    lastStep = line.epoch?.step ?? lastStep;
    wake();
  });
  child.once('exit', () => wake());
  return {
    lastStep: () => lastStep,
    forget: () => {
      lines.length = 0;
    },
    next: async (): Promise<TrainingLine> => {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        if (child.exitCode !== null) throw new Error('the training ended in the middle of the benchmark');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** What is used of a line that `fdr train --json` prints. */
interface TrainingLine {
  readonly type: string;
  readonly url?: string;
  readonly run?: { readonly id: string; readonly stepsPerEpoch: number };
  readonly epoch?: { readonly step: number; readonly seconds: number };
}

function residentBytes({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}
