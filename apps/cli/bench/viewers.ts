import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interval, type Interval } from '@fdr/core/relations';
import { startAudience } from './audience.js';
import { formatRows, median } from './report.js';
import { startTraining } from './training-process.js';

/** What a number of viewers cost. */
export interface ViewersCost {
  readonly viewers: number;
  /** Of each round: milliseconds a step with the viewers. */
  readonly milliseconds: readonly number[];
  /** Of each round: how many times as long a step took as in the windows without viewers before and after. */
  readonly ratios: readonly number[];
  /** Their mean and its confidence interval (Student). */
  readonly ratio: Interval;
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
  const audience = startAudience(training, Math.max(...counts));
  const windows = new Map<number, Window[]>(counts.map((count) => [count, []]));
  try {
    await training.measure(2);
    let before = await training.measure(epochs);
    for (let round = 0; round < rounds; round += 1) {
      for (const [count, measured] of windows) {
        const idleMemory = training.residentBytes();
        const history = await audience.follow(count);
        const milliseconds = await training.measure(epochs);
        const { connected } = await audience.state();
        const memory = training.residentBytes() - idleMemory;
        audience.leave();
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
    audience.end();
    await training.end();
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
  const ratios = windows.map(({ ratio }) => ratio);
  return {
    viewers,
    milliseconds: windows.map(({ milliseconds }) => milliseconds),
    ratios,
    ratio: interval(ratios),
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
  const rows = costs.map(({ viewers, milliseconds, ratio, connected, complete, historySeconds, bytesPerViewer }) => [
    String(viewers),
    median(milliseconds).toFixed(3),
    ratio.mean.toFixed(3),
    `${ratio.low.toFixed(3)} - ${ratio.high.toFixed(3)}`,
    String(connected),
    String(complete),
    `${historySeconds.median.toFixed(1)} / ${historySeconds.last.toFixed(1)}`,
    (bytesPerViewer / 1024).toFixed(0),
  ]);
  const header = [
    'viewers',
    'ms a step',
    'times without',
    '95 % interval',
    'connected',
    'whole history',
    's: half / last',
    'KiB each',
  ];
  return formatRows(header, rows);
}
