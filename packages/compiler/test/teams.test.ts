import { describe, expect, it } from 'vitest';
import type { Call, CallResult, Compiled } from '../src/index.js';
import { teams } from '../src/teams.js';

/** Two teams that count steps, the single thread's perhaps with an error, and how long one of each takes, by a clock that only they move. */
async function counting(pace: { single: number; whole: number }, singleError = 0) {
  let clock = 0;
  const done: (readonly [threads: number, steps: number])[] = [];
  const disposed: number[] = [];
  const open = (threads: number): Promise<Compiled> =>
    Promise.resolve({
      run: ({ steps, state, inputs }: Call): Promise<CallResult> => {
        clock += steps * (threads === 1 ? pace.single : pace.whole);
        done.push([threads, steps]);
        const before = (state['count'] as Float32Array)[0] ?? NaN;
        const seen = Float32Array.from({ length: 2 * steps }, (_, i) => (inputs['x'] as Float32Array)[i] ?? NaN);
        return Promise.resolve({
          state: { count: Float32Array.of(before + steps + (threads === 1 ? singleError : 0)) },
          outputs: { seen },
        });
      },
      dispose: () => Promise.resolve(void disposed.push(threads)),
    });
  const team = await teams(2, open, () => clock);
  let state: Call['state'] = { count: Float32Array.of(0) };
  const call = async (steps: number) => {
    const x = Float32Array.from({ length: 2 * steps }, (_, i) => i);
    const result = await team.run({ steps, state, inputs: { x }, settings: {} });
    state = result.state;
    return { result, x };
  };
  return { call, team, done, disposed, count: () => state['count']?.[0] };
}

describe('teams of threads', () => {
  it.each([
    ['whole', { single: 2, whole: 1 }, 2],
    ['single', { single: 1, whole: 2 }, 1],
  ] as const)('after a trial the faster one works: the %s', async (_, pace, faster) => {
    const { call, done } = await counting(pace);
    for (let i = 0; i < 4; i += 1) await call(16);
    expect(done).toEqual([
      ...[
        [2, 16],
        // The first trial by both, to see that they agree.
        [2, 2],
        [1, 2],
        [1, 2],
        [2, 14],
      ],
      ...[
        [faster, 16],
        [faster, 16],
      ],
    ]);
  });

  it('goes back when the machine is free again', async () => {
    const pace = { single: 1, whole: 2 };
    const { call, done } = await counting(pace);
    for (let i = 0; i < 8; i += 1) await call(16);
    expect(done.at(-1)).toEqual([1, 16]);
    pace.whole = 0.5;
    for (let i = 0; i < 3; i += 1) await call(16);
    expect(done.slice(-4)).toEqual([
      [1, 16],
      [2, 2],
      [1, 14],
      [2, 16],
    ]);
  });

  it('stays with what was asked for where the single thread gives other bits, though it is faster', async () => {
    const { call, done, count } = await counting({ single: 1, whole: 2 }, 0.5);
    for (let i = 0; i < 20; i += 1) await call(16);
    expect(done.filter(([threads]) => threads === 1)).toEqual([[1, 2]]);
    expect(count()).toBe(20 * 16);
  });

  it('a call in two parts gives what one part gives', async () => {
    const { call, count } = await counting({ single: 1, whole: 2 });
    for (const steps of [5, 17, 1, 3]) {
      const { result, x } = await call(steps);
      expect(result.outputs['seen']).toEqual(x);
    }
    expect(count()).toBe(26);
  });

  it('frees what it opened', async () => {
    const { call, team, disposed } = await counting({ single: 1, whole: 2 });
    await call(8);
    await call(8);
    await team.dispose();
    expect(disposed).toEqual([2, 1]);
  });
});
