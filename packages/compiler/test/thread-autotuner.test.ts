import { describe, expect, it } from 'vitest';
import type { Call, CallResult, Executable } from '@fdr/program';
import { autotuneThreads } from '../src/thread-autotuner.js';

/**
 * An autotuner of sessions that count steps, by a clock that only they move.
 *
 * @param msPerStep how long a step of each session takes
 * @param singleError what the single thread's count is wrong by, after each call
 */
async function countingSessions(msPerStep: { single: number; multi: number }, singleError = 0) {
  let clock = 0;
  const runs: (readonly [threads: number, steps: number])[] = [];
  const opened: number[] = [];
  const disposed: number[] = [];
  const open = (threads: number): Promise<Executable> => {
    opened.push(threads);
    return Promise.resolve({
      run: ({ steps, state, inputs }: Call): Promise<CallResult> => {
        clock += steps * (threads === 1 ? msPerStep.single : msPerStep.multi);
        runs.push([threads, steps]);
        const count = (state['count'] as Float32Array | undefined)?.[0] ?? NaN;
        const seen = Float32Array.from({ length: 2 * steps }, (_, i) => (inputs['x'] as Float32Array)[i] ?? NaN);
        return Promise.resolve({
          state: { count: Float32Array.of(count + steps + (threads === 1 ? singleError : 0)) },
          outputs: { seen },
        });
      },
      dispose: () => {
        disposed.push(threads);
        return Promise.resolve();
      },
    });
  };
  const tuned = await autotuneThreads(2, open, () => clock);
  let state: Call['state'] = { count: Float32Array.of(0) };
  const call = async (steps: number) => {
    const x = Float32Array.from({ length: 2 * steps }, (_, i) => i);
    const result = await tuned.run({ steps, state, inputs: { x }, settings: {} });
    state = result.state;
    return { result, x };
  };
  return { call, tuned, runs, opened, disposed, count: () => state['count']?.[0] };
}

describe('the thread autotuner', () => {
  it.each([
    ['two threads', { single: 2, multi: 1 }, 2],
    ['one thread', { single: 1, multi: 2 }, 1],
  ] as const)('runs the calls after a trial on %s if those are faster', async (_, msPerStep, faster) => {
    const { call, runs } = await countingSessions(msPerStep);
    for (let i = 0; i < 4; i += 1) await call(16);
    expect(runs).toEqual([
      [2, 16],
      // Both compute the first trial, so that their bits can be compared.
      [2, 2],
      [1, 2],
      // The trial itself: an eighth on one thread, the rest on two.
      [1, 2],
      [2, 14],
      [faster, 16],
      [faster, 16],
    ]);
  });

  it('goes back to two threads when those are faster again', async () => {
    const msPerStep = { single: 1, multi: 2 };
    const { call, runs } = await countingSessions(msPerStep);
    for (let i = 0; i < 8; i += 1) await call(16);
    expect(runs.at(-1)).toEqual([1, 16]);
    msPerStep.multi = 0.5;
    for (let i = 0; i < 3; i += 1) await call(16);
    expect(runs.slice(-4)).toEqual([
      [1, 16],
      [2, 2],
      [1, 14],
      [2, 16],
    ]);
  });

  it('stays with two threads where one thread gives other bits, though it is faster', async () => {
    const { call, runs, count } = await countingSessions({ single: 1, multi: 2 }, 0.5);
    for (let i = 0; i < 20; i += 1) await call(16);
    expect(runs.filter(([threads]) => threads === 1)).toEqual([[1, 2]]);
    expect(count()).toBe(20 * 16);
  });

  it('returns from a trial what the whole call returns', async () => {
    const { call, count } = await countingSessions({ single: 1, multi: 2 });
    for (const steps of [5, 17, 1, 3]) {
      const { result, x } = await call(steps);
      expect(result.outputs['seen']).toEqual(x);
    }
    expect(count()).toBe(26);
  });

  it('makes a trial of every eighth call, the second one first', async () => {
    const { call, runs } = await countingSessions({ single: 2, multi: 1 });
    for (let i = 0; i < 18; i += 1) await call(16);
    const lengths = runs.map(([, steps]) => steps);
    const whole = (count: number): number[] => Array<number>(count).fill(16);
    expect(lengths).toEqual([...whole(1), 2, 2, 2, 14, ...whole(7), 2, 14, ...whole(7), 2, 14]);
  });

  it('makes no trial of a call of a single step, which can not be split', async () => {
    const { call, runs, opened } = await countingSessions({ single: 1, multi: 2 });
    for (let i = 0; i < 10; i += 1) await call(1);
    expect(runs).toEqual(Array.from({ length: 10 }, () => [2, 1]));
    expect(opened).toEqual([2]);
  });

  it('makes no trial without a state, whose bits it could compare', async () => {
    const { tuned, runs, opened } = await countingSessions({ single: 1, multi: 2 });
    const call = { steps: 16, state: {}, inputs: { x: new Float32Array(32) }, settings: {} };
    for (let i = 0; i < 10; i += 1) await tuned.run(call);
    expect(runs).toEqual(Array.from({ length: 10 }, () => [2, 16]));
    expect(opened).toEqual([2]);
  });

  it('opens one session of a single thread, not before the first trial', async () => {
    const { call, opened } = await countingSessions({ single: 1, multi: 2 });
    await call(16);
    expect(opened).toEqual([2]);
    for (let i = 0; i < 20; i += 1) await call(16);
    expect(opened).toEqual([2, 1]);
  });

  it('disposes the sessions that it opened', async () => {
    const { call, tuned, disposed } = await countingSessions({ single: 1, multi: 2 });
    await call(8);
    await call(8);
    await tuned.dispose();
    expect(disposed).toEqual([2, 1]);
  });
});

describe('the thread autotuner on one thread', () => {
  it('is the session of that thread: there is nothing to compare', async () => {
    const session: Executable = { run: () => Promise.reject(new Error('not run')), dispose: () => Promise.resolve() };
    expect(await autotuneThreads(1, () => Promise.resolve(session))).toBe(session);
  });
});
