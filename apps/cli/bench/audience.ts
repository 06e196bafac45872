import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS } from './node-options.js';
import type { TrainingProcess } from './training-process.js';

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

/** Many viewers, in processes of their own. */
export interface Audience {
  /** Lets so many follow the training. Resolves to the milliseconds until each had the history, of those that got it. */
  readonly follow: (count: number) => Promise<readonly number[]>;
  readonly state: () => Promise<ViewersState>;
  /** Disconnects all viewers. */
  readonly leave: () => void;
  readonly end: () => void;
}

/** @param most viewers that there will be at once */
export function startAudience({ url, runId, lastStep }: TrainingProcess, most: number): Audience {
  const processes = Array.from({ length: Math.ceil(most / VIEWERS_PER_PROCESS) }, startViewers);

  async function state(): Promise<ViewersState> {
    const states = await Promise.all(processes.map(stateOf));
    return {
      connected: states.reduce((sum, { connected }) => sum + connected, 0),
      complete: states.flatMap(({ complete }) => complete),
    };
  }

  return {
    follow: async (count) => {
      const steps = lastStep();
      for (const [index, child] of processes.entries()) {
        const share = Math.min(VIEWERS_PER_PROCESS, Math.max(0, count - index * VIEWERS_PER_PROCESS));
        child.send({ url, runId, steps, count: share } satisfies ViewersOrder);
      }
      const deadline = performance.now() + HISTORY_TIMEOUT;
      for (;;) {
        await delay(1000);
        const { complete } = await state();
        if (complete.length === count || performance.now() > deadline) return complete;
      }
    },
    state,
    leave: () => {
      for (const child of processes) child.send('leave');
    },
    end: () => {
      for (const child of processes) child.kill();
    },
  };
}

/** A process of the lowest priority. */
function startViewers(): ChildProcess {
  const script = fileURLToPath(new URL('./viewer-process.ts', import.meta.url));
  return spawn('nice', ['-n', '19', process.execPath, ...NODE_OPTIONS, script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function stateOf(child: ChildProcess): Promise<ViewersState> {
  const answer = once(child, 'message') as Promise<[ViewersState]>;
  child.send('state');
  const [state] = await answer;
  return state;
}
