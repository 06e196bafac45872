import type { Call, Executable } from '@fdr/program';
import { concatResults, sameBits, sliceCall } from './call.js';

/** Calls from one trial to the next. */
const CALLS_BETWEEN_TRIALS = 8;
/** The share of a call's steps that the other session computes in a trial. */
const TRIAL_SHARE = 1 / 8;

/**
 * Runs calls on `threads` threads, or on a single one where that is faster.
 *
 * ONNX Runtime's threads wait for one another by spinning. On a free machine that is the fastest way; where another process uses
 * one of the cores, two threads take twice the time of one (measured, both of the paper's networks). So where one thread gives the same
 * bits, every eighth call is a trial: the session that is not in use computes some of its steps, and the faster session computes the next calls.
 *
 * Whether both give the same bits depends on the shapes alone: a matrix product that is split among threads may add up in other
 * groups. So both compute the steps of the first trial, and if a bit differs, all calls stay with the threads that were asked for:
 * the clock must not decide on bits.
 *
 * @param threads number of threads, at least 1
 * @param open makes what runs calls on so many threads; the single thread's is made at the first trial
 * @param now a clock in milliseconds
 */
export async function autotuneThreads(
  threads: number,
  open: (threads: number) => Promise<Executable>,
  now: () => number = () => performance.now(),
): Promise<Executable> {
  const multi = await open(threads);
  if (threads === 1) return multi;
  let single: Executable | undefined;
  let faster = multi;
  let bitIdentical = true;
  let calls = 0;

  async function timed(session: Executable, call: Call) {
    const began = now();
    const result = await session.run(call);
    return { result, msPerStep: (now() - began) / call.steps };
  }

  return {
    run: async (call) => {
      const trialSteps = Math.ceil(call.steps * TRIAL_SHARE);
      // The bits of a program without state are not compared: its few outputs could agree by chance.
      const canTry = bitIdentical && Object.keys(call.state).length > 0;
      if (!canTry) return faster.run(call);
      calls += 1;
      // The first call is no trial: the first steps of a session are slow.
      if (calls % CALLS_BETWEEN_TRIALS !== 2 || trialSteps === call.steps) return faster.run(call);
      const first = sliceCall(call, 0, trialSteps, call.state);
      if (!single) {
        single = await open(1);
        bitIdentical = sameBits(await multi.run(first), await single.run(first));
        if (!bitIdentical) return multi.run(call);
      }
      const other = faster === multi ? single : multi;
      const trial = await timed(other, first);
      const rest = await timed(faster, sliceCall(call, trialSteps, call.steps, trial.result.state));
      if (trial.msPerStep < rest.msPerStep) faster = other;
      return concatResults(trial.result, rest.result);
    },
    dispose: async () => {
      await multi.dispose();
      await single?.dispose();
    },
  };
}
