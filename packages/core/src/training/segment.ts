import type { ParameterAverage } from '../averaging/parameter-average.js';
import { slotValues } from '../parameters.js';
import type { CallResult, TensorValues } from '@fdr/program';
import { nextSample } from '../relations/drift/drift-window.js';
import { inRange } from '../validate.js';
import { descentOf, descentStep } from './descent.js';
import { withDivergence, type Progress } from './progress.js';
import type { TrainingPlan, TrainingPrograms, TrainingState, Transition } from './training-state.js';

/**
 * Runs the next steps of the epoch under way, as many as the plan allows. The step at which the descent is read has a segment of its own, and one
 * ends where the drift is sampled.
 */
export async function runSegment(
  plan: TrainingPlan,
  state: TrainingState,
  { step, evaluator }: TrainingPrograms,
): Promise<Transition> {
  const { task } = plan;
  const { progress, recording, average, drift } = state;
  const { parameters } = task.objective;
  const most = Math.floor(inRange('segmentSteps()', plan.segmentSteps(progress.step), { min: 1 }));
  const read = plan.readsDescent ? descentStep(progress, task.stepsPerEpoch) - progress.stepInEpoch : -1;
  const end = drift ? nextSample(progress.stepInEpoch, task.stepsPerEpoch) : task.stepsPerEpoch;
  const left = Math.min(read > 0 ? read : Infinity, end - progress.stepInEpoch);
  const steps = read === 0 ? 1 : Math.min(most, left);
  const batches = state.batches ?? task.batches(progress.random);
  const learningRate = ratesOf(state, steps, task.stepsPerEpoch);
  const gradient =
    read === 0 ? await evaluator.gradient(slotValues('parameters', parameters, state.tensors)) : undefined;
  const result = await step.run({
    steps,
    state: state.tensors,
    inputs: { ...batches.take(progress.stepInEpoch, steps), learningRate, ...averageWeights(plan, state, steps) },
    settings: {},
  });
  const rows = recording.rows(result, steps);
  const moved = afterSteps(progress, steps, result);
  drift?.take(moved.stepInEpoch, slotValues('parameters', parameters, result.state));
  const descent = gradient && descentOf(parameters, gradient, state.tensors, result.state, learningRate[0] ?? NaN);
  return {
    state: {
      ...state,
      batches,
      tensors: result.state,
      progress: descent !== undefined && Number.isFinite(descent) ? { ...moved, descent } : moved,
      average: average && { ...average, taken: average.taken + steps },
    },
    item: { type: 'steps', from: progress.step, columns: recording.columns, rows },
  };
}

/** eta of some steps of the epoch under way. The same at each place of the epoch, however it is cut into segments. */
function ratesOf({ progress, schedule }: TrainingState, steps: number, stepsPerEpoch: number): Float32Array {
  const { learningRate, stepInEpoch, scheduleState } = progress;
  const { withinEpoch = () => 1 } = schedule;
  const rateAt = (step: number) => learningRate * withinEpoch(scheduleState, step / stepsPerEpoch);
  return Float32Array.from({ length: steps }, (_, index) => rateAt(stepInEpoch + index));
}

/** The weights of some steps in the average of the parameters, where one is kept. */
const averageWeights = ({ average }: TrainingPlan, state: TrainingState, steps: number): TensorValues =>
  average && state.average
    ? { averageWeight: Float32Array.from({ length: steps }, weightAfter(average, state.average.taken)) }
    : {};

const weightAfter =
  ({ weight }: ParameterAverage, taken: number) =>
  (_: unknown, index: number): number =>
    weight(taken + index);

function afterSteps(before: Progress, steps: number, { outputs }: CallResult): Progress {
  const progress = { ...before, step: before.step + steps, stepInEpoch: before.stepInEpoch + steps };
  const losses = outputs['loss'] ?? new Float32Array();
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  return bad < 0 ? progress : withDivergence(progress, `the loss is ${losses[bad]} at step ${before.step + bad + 1}`);
}
