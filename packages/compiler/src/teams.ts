import { joined, part, sameBits, type Call, type Compiled } from './call.js';

/** Calls from one trial to the next. */
const CALLS_BETWEEN = 8;
/** The part of a call's steps that is done by the other team in a trial. */
const TRIAL_PART = 1 / 8;

/**
 * Runs calls by a team of threads, or by one thread where that is faster.
 *
 * ONNX Runtime's threads wait for one another by spinning: on a free machine that is the fastest, but where something else takes
 * one of the cores, two threads take twice the time of one (measured, both of the paper's networks). Where their results are the same to the last
 * bit, some steps of every few calls are done by the other team, and whoever was faster in that call does the next ones.
 *
 * Whether they are depends on the shapes alone: a matrix product that is split among threads may add up in other groups. So the first
 * trial is done by both, and where they differ, all calls stay with the team that was asked for: the clock must not decide on bits.
 *
 * @param open makes what runs calls on so many threads; the single thread's is made when it is first tried
 * @param now a clock, in any unit
 */
export async function teams(
  threads: number,
  open: (threads: number) => Promise<Compiled>,
  now: () => number = () => performance.now(),
): Promise<Compiled> {
  const whole = await open(threads);
  if (threads === 1) return whole;
  let single: Compiled | undefined;
  let faster = whole;
  let alike = true;
  let calls = 0;

  async function timed(team: Compiled, call: Call) {
    const began = now();
    const result = await team.run(call);
    return { result, pace: (now() - began) / call.steps };
  }

  return {
    run: async (call) => {
      const steps = Math.ceil(call.steps * TRIAL_PART);
      // Not in the first call: a team's first steps are slow. Not without a state: a few outputs could agree by chance.
      if (!alike || Object.keys(call.state).length === 0 || calls++ % CALLS_BETWEEN !== 1 || steps === call.steps)
        return faster.run(call);
      const first = part(call, 0, steps, call.state);
      if (!single) {
        single = await open(1);
        alike = sameBits(await whole.run(first), await single.run(first));
        if (!alike) return whole.run(call);
      }
      const other = faster === whole ? single : whole;
      const trial = await timed(other, first);
      const rest = await timed(faster, part(call, steps, call.steps, trial.result.state));
      if (trial.pace < rest.pace) faster = other;
      return joined(trial.result, rest.result);
    },
    dispose: async () => {
      await whole.dispose();
      await single?.dispose();
    },
  };
}
