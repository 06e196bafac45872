import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatRows, median } from './report.js';

const REGISTER = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
const NODE = [process.execPath, '--conditions=source', '--import', REGISTER] as const;
const VIEWERS_PER_PROCESS = 250;
/** Milliseconds that all viewers have to get the history. */
const HISTORY_TIMEOUT = 180_000;

/** What a process of viewers is told: to follow a run, and at which step the history ends that each must get. */
export interface ViewersOrder {
  readonly url: string;
  readonly runId: string;
  readonly count: number;
  readonly steps: number;
}

/** What a process of viewers answers. */
export interface ViewersState {
  readonly connected: number;
  /** Of each viewer that has the whole history: the milliseconds that it took. */
  readonly complete: readonly number[];
}

/** What a number of viewers cost. */
export interface ViewersCost {
  readonly viewers: number;
  /** Of each round: milliseconds a step with the viewers. */
  readonly milliseconds: readonly number[];
  /** Of each round: how many times as long a step took as in the windows without viewers before and after. */
  readonly ratios: readonly number[];
  /** The fewest that were connected at the end of a window. */
  readonly connected: number;
  /** The fewest that got the whole history. */
  readonly complete: number;
  /** Seconds until half of them, and until the last of them had the whole history, in the slowest round. */
  readonly historySeconds: { readonly median: number; readonly last: number };
  /** Bytes of memory by which the process grew, per viewer. */
  readonly bytesPerViewer: number;
}

/** What is measured, and how long. */
export interface ViewersOptions {
  readonly counts?: readonly number[];
  readonly rounds?: number;
  /** Epochs of each window. */
  readonly epochs?: number;
  readonly dataset?: string;
  /** Called after each window. */
  readonly onWindow?: (text: string) => void;
}

interface TrainingProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly runId: string;
  readonly stepsPerEpoch: number;
  /** Milliseconds a step of the next epochs, evaluation included, by the training's own clock. */
  readonly measure: (epochs: number) => Promise<number>;
  readonly lastStep: () => number;
}

/**
 * Measures by how much viewers slow a training down: MNIST on one thread, in the process that serves the page. Windows with viewers alternate
 * with windows without any. The viewers are socket.io clients in processes of their own, of the lowest priority, so that the cost of serving
 * is measured and not that of the viewers, which are on other machines in reality.
 */
export async function measureViewers({
  counts = [100, 500, 1000],
  rounds = 3,
  epochs = 6,
  dataset = 'mnist',
  onWindow = () => undefined,
}: ViewersOptions = {}): Promise<readonly ViewersCost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fdr-viewers-'));
  const training = await startTraining(folder, dataset);
  const processes = Array.from({ length: Math.ceil(Math.max(...counts) / VIEWERS_PER_PROCESS) }, startViewers);
  const windows = new Map<number, Window[]>(counts.map((count) => [count, []]));
  try {
    await training.measure(2);
    let before = await training.measure(epochs);
    for (let round = 0; round < rounds; round += 1) {
      for (const [count, measured] of windows) {
        const idleMemory = residentBytes(training.child);
        const history = await follow(training, processes, count);
        const milliseconds = await training.measure(epochs);
        const { connected } = await stateOf(processes);
        const memory = residentBytes(training.child) - idleMemory;
        for (const child of processes) child.send('leave');
        await training.measure(1);
        const after = await training.measure(epochs);
        const ratio = milliseconds / ((before + after) / 2);
        measured.push({ milliseconds, ratio, connected, history, memory });
        onWindow(`${count} viewers: ${ratio.toFixed(3)} of ${before.toFixed(3)} and ${after.toFixed(3)} ms a step`);
        before = after;
      }
    }
    return [...windows].map(([viewers, measured]) => summarize(viewers, measured));
  } finally {
    for (const child of processes) child.kill();
    training.child.kill('SIGKILL');
    await once(training.child, 'close');
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Window {
  readonly milliseconds: number;
  readonly ratio: number;
  readonly connected: number;
  /** Milliseconds until each viewer had the history. */
  readonly history: readonly number[];
  /** Bytes. */
  readonly memory: number;
}

function summarize(viewers: number, windows: readonly Window[]): ViewersCost {
  return {
    viewers,
    milliseconds: windows.map(({ milliseconds }) => milliseconds),
    ratios: windows.map(({ ratio }) => ratio),
    connected: Math.min(...windows.map(({ connected }) => connected)),
    complete: Math.min(...windows.map(({ history }) => history.length)),
    historySeconds: {
      median: Math.max(...windows.map(({ history }) => median(history))) / 1000,
      last: Math.max(...windows.flatMap(({ history }) => history)) / 1000,
    },
    // The first window: afterwards the process keeps what it once needed.
    bytesPerViewer: (windows[0]?.memory ?? NaN) / viewers,
  };
}

/** The table of what was measured. */
export function formatViewers(costs: readonly ViewersCost[]): string {
  const rows = costs.map(({ viewers, milliseconds, ratios, connected, complete, historySeconds, bytesPerViewer }) => [
    String(viewers),
    median(milliseconds).toFixed(3),
    median(ratios).toFixed(3),
    `${Math.min(...ratios).toFixed(3)} - ${Math.max(...ratios).toFixed(3)}`,
    String(connected),
    String(complete),
    `${historySeconds.median.toFixed(1)} / ${historySeconds.last.toFixed(1)}`,
    (bytesPerViewer / 1024).toFixed(0),
  ]);
  const header = [
    'viewers',
    'ms a step',
    'times without',
    'min - max',
    'connected',
    'whole history',
    's: half / last',
    'KiB each',
  ];
  return formatRows(header, rows);
}

async function startTraining(folder: string, dataset: string): Promise<TrainingProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const flags = ['--dataset', dataset, '--threads', '1', '--epochs', '100000', '--port', '0', '--json'];
  const [node, ...options] = NODE;
  const child = spawn(node, [...options, main, 'train', ...flags, '--runs-dir', folder], {
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
    child,
    url: new URL(url).origin,
    runId: run.id,
    stepsPerEpoch: run.stepsPerEpoch,
    lastStep: printed.lastStep,
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

function startViewers(): ChildProcess {
  const script = fileURLToPath(new URL('./viewer-process.ts', import.meta.url));
  return spawn('nice', ['-n', '19', ...NODE, script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** Lets viewers follow the training. Resolves to the milliseconds until each had the history, of those that got it. */
async function follow(
  training: TrainingProcess,
  processes: readonly ChildProcess[],
  count: number,
): Promise<readonly number[]> {
  const { url, runId } = training;
  const steps = training.lastStep();
  let left = count;
  for (const child of processes) {
    const share = Math.min(left, VIEWERS_PER_PROCESS);
    left -= share;
    child.send({ url, runId, steps, count: share } satisfies ViewersOrder);
  }
  const deadline = performance.now() + HISTORY_TIMEOUT;
  for (;;) {
    await delay(1000);
    const { complete } = await stateOf(processes);
    if (complete.length === count || performance.now() > deadline) return complete;
  }
}

async function stateOf(processes: readonly ChildProcess[]): Promise<ViewersState> {
  const states = await Promise.all(
    processes.map(async (child) => {
      const answer = once(child, 'message') as Promise<[ViewersState]>;
      child.send('state');
      const [state] = await answer;
      return state;
    }),
  );
  return {
    connected: states.reduce((sum, { connected }) => sum + connected, 0),
    complete: states.flatMap(({ complete }) => complete),
  };
}

/** The memory of a process that is in use; NaN on systems without `/proc`. */
function residentBytes({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}
