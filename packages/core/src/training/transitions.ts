import type { AverageState, ParameterAverage, ParameterMean } from '../averaging/parameter-average.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { slotValues } from '../parameters.js';
import type { CallResult, Executable, TensorValues } from '@fdr/program';
import { fullBatchObservable } from '../relations/full-batch-observable.js';
import { ratioOf } from '../relations/equilibrium-rule.js';
import type { RatioScatter } from '../relations/ratio-scatter.js';
import type { Decision, Schedule } from '../relations/schedules/schedule.js';
import { inRange } from '../validate.js';
import { positionOf, withEvent, type Progress, type TrainingEpoch } from './progress.js';
import type { Averages, Recording } from './recording.js';
import type { EpochBatches, Evaluation, Evaluator, Task } from './task.js';
import { RUNNING, steadyRate } from './step.js';
import type { TrainingEnd, TrainingItem } from './training.js';

/** What stays the same during a training. */
export interface TrainingPlan {
  readonly task: Task;
  readonly optimizer: Optimizer;
  readonly average: ParameterAverage | undefined;
  readonly epochs: number;
  readonly stopsWhenDiverged: boolean;
  /** Most steps of the next segment, at least 1, by the number of steps done. */
  readonly segmentSteps: (step: number) => number;
}

/** The state of a training between two items. A transition returns a new one; only the recording is updated in place. */
export interface TrainingState {
  readonly progress: Progress;
  readonly schedule: Schedule;
  /** State of the training program: parameters, and what the optimizer carries. */
  readonly tensors: TensorValues;
  readonly recording: Recording;
  /** Means of the parameters; undefined where no average is kept. */
  readonly average: AverageState | undefined;
  /** The batches of the epoch under way; drawn when its first segment begins. */
  readonly batches: EpochBatches | undefined;
}

/** The state after a transition, and the item that it yields. */
export interface Transition {
  readonly state: TrainingState;
  readonly item: TrainingItem;
}

/** What a training runs while it is iterated. */
interface TrainingPrograms {
  readonly step: Executable;
  readonly evaluator: Evaluator;
}

/** The next item of a training: an event that waits, its end, the steps of a segment, or an epoch's record. */
export async function nextTransition(
  plan: TrainingPlan,
  state: TrainingState,
  { step, evaluator }: TrainingPrograms,
): Promise<Transition> {
  const { progress } = state;
  const [record, ...pendingEvents] = progress.pendingEvents;
  if (record) return { state: { ...state, progress: { ...progress, pendingEvents } }, item: { type: 'event', record } };
  const end = endOf(plan, state);
  if (end) return { state, item: { type: 'end', ...end } };
  if (progress.stepInEpoch < plan.task.stepsPerEpoch) return runSegment(plan, state, step);
  return endEpoch(plan, state, evaluator);
}

/** How a training ends here; undefined where it goes on. */
function endOf(
  { epochs, stopsWhenDiverged }: TrainingPlan,
  { progress, schedule }: TrainingState,
): TrainingEnd | undefined {
  if (progress.diverged && stopsWhenDiverged) return { reason: 'diverged', message: 'the loss is no longer finite' };
  if (progress.epoch >= epochs) return { reason: 'finished', message: 'all epochs are done' };
  const message = schedule.ended?.(progress.scheduleState);
  return message === undefined ? undefined : { reason: 'finished', message };
}

/** eta of some steps of the epoch under way. The same at each place of the epoch, however it is cut into segments. */
function ratesOf({ progress, schedule }: TrainingState, steps: number, stepsPerEpoch: number): TensorValues {
  const { learningRate, stepInEpoch, scheduleState } = progress;
  const { withinEpoch } = schedule;
  if (!withinEpoch) return steadyRate(learningRate, steps);
  const rateAt = (step: number) => learningRate * withinEpoch(scheduleState, step / stepsPerEpoch);
  return { learningRate: Float32Array.from({ length: steps }, (_, index) => rateAt(stepInEpoch + index)) };
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

/** Runs the next steps of the epoch under way, as many as the plan allows. */
async function runSegment(plan: TrainingPlan, state: TrainingState, step: Executable): Promise<Transition> {
  const { task } = plan;
  const { progress, recording } = state;
  const most = Math.floor(inRange('segmentSteps()', plan.segmentSteps(progress.step), { min: 1 }));
  const steps = Math.min(most, task.stepsPerEpoch - progress.stepInEpoch);
  const batches = state.batches ?? task.batches(progress.random);
  const result = await step.run({
    steps,
    state: state.tensors,
    inputs: {
      ...batches.take(progress.stepInEpoch, steps),
      ...ratesOf(state, steps, task.stepsPerEpoch),
      ...averageWeights(plan, state, steps),
    },
    settings: {},
  });
  const rows = recording.rows(result, steps);
  return {
    state: {
      ...state,
      batches,
      tensors: result.state,
      progress: afterSteps(progress, steps, result),
      average: state.average && { ...state.average, taken: state.average.taken + steps },
    },
    item: { type: 'steps', from: progress.step, columns: recording.columns, rows },
  };
}

function afterSteps(before: Progress, steps: number, { outputs }: CallResult): Progress {
  const progress = { ...before, step: before.step + steps, stepInEpoch: before.stepInEpoch + steps };
  const losses = outputs['loss'] ?? new Float32Array();
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  return bad < 0 ? progress : withDivergence(progress, `the loss is ${losses[bad]} at step ${before.step + bad + 1}`);
}

/** The verdict that a training has diverged, and why, once. */
function withDivergence(progress: Progress, reason: string): Progress {
  if (progress.diverged) return progress;
  const message = `${reason}: the training has diverged`;
  return withEvent({ ...progress, diverged: true }, { type: 'warning', ...positionOf(progress), message });
}

/** Evaluates the parameters at an epoch's end, records the epoch, and lets the schedule decide on the next one's learning rate. */
async function endEpoch(plan: TrainingPlan, state: TrainingState, evaluator: Evaluator): Promise<Transition> {
  const { progress, schedule, recording, tensors } = state;
  const { parameters } = plan.task.objective;
  const evaluation = await evaluator.evaluate(slotValues('parameters', parameters, tensors));
  const average = state.average && plan.average?.endEpoch(state.average, slotValues(RUNNING, parameters, tensors));
  const averaged = average?.latest && (await averageOf(average.latest, evaluator));
  const averages = recording.averages();
  const { learningRate } = progress;
  const ended = { ...progress, epoch: progress.epoch + 1, stepInEpoch: 0 };
  const decision = schedule.decide(progress.scheduleState, {
    oLHalf: averages.oLHalf,
    oRHalf: averages.oRHalf,
    stepsUsed: averages.stepsUsed,
    layers: averages.layers,
    scatter: averages.scatter,
    trainLoss: evaluation.trainLoss,
    learningRate,
  });
  if (decision.reason) recording.restart(0);
  const batches = state.batches ?? plan.task.batches(progress.random);
  const decided = afterDecision({ ...ended, random: batches.next }, decision, averages);
  return {
    state: {
      ...state,
      batches: undefined,
      progress: afterEvaluation(decided, evaluation),
      average: decision.reason && average ? plan.average?.afterRateChange(average) : average,
    },
    item: { type: 'epoch', record: { ...epochOf(ended, averages, evaluation, plan.optimizer), average: averaged } },
  };
}

/** What an epoch's record tells of the average of the parameters. */
async function averageOf({ steps, values }: ParameterMean, evaluator: Evaluator): Promise<TrainingEpoch['average']> {
  const { trainLoss, trainAccuracy, testLoss, testAccuracy } = await evaluator.evaluate(values);
  return { steps, trainLoss, trainAccuracy, testLoss, testAccuracy };
}

/** A step's loss is taken before its update: only the evaluation tells of the last one. A task that evaluates nothing says NaN throughout. */
function afterEvaluation(progress: Progress, evaluation: Evaluation): Progress {
  const { trainLoss } = evaluation;
  const isEvaluated = Object.values(evaluation).some((value) => !Number.isNaN(value));
  if (!isEvaluated || Number.isFinite(trainLoss)) return progress;
  return withDivergence(progress, `the loss of the training data is ${trainLoss} after epoch ${progress.epoch}`);
}

function afterDecision(
  before: Progress,
  { state, learningRate, reason, warning }: Decision,
  { layers, scatter }: Averages,
): Progress {
  const progress = { ...before, scheduleState: state, learningRate };
  if (!reason) return progress;
  const change = { from: before.learningRate, to: learningRate, reason };
  const ratios = layerRatios(layers, scatter.layers);
  const changed = withEvent(progress, { type: 'learningRate', ...positionOf(progress), ...change, ...ratios });
  return warning === undefined
    ? changed
    : withEvent(changed, { type: 'warning', ...positionOf(progress), message: warning });
}

/** The ratio of each parameter tensor and its scatter, where both are known; nothing where none is. */
function layerRatios(layers: Averages['layers'], scatters: RatioScatter['layers']) {
  const known = Object.entries(layers).flatMap(([name, { ratio }]) => {
    const scatter = scatters[name];
    return scatter === undefined || !Number.isFinite(ratio) ? [] : [[name, { ratio, scatter }] as const];
  });
  return known.length === 0 ? {} : { layers: Object.fromEntries(known) };
}

/** @param progress with the learning rate that the epoch had. */
function epochOf(
  progress: Progress,
  { lossHalf, oLHalf, oRHalf, vDotGradientHalf, layers, observables }: Averages,
  evaluation: Evaluation,
  { dynamics }: Optimizer,
): TrainingEpoch {
  const { gradientNormSquared } = evaluation;
  return {
    epoch: progress.epoch,
    step: progress.step,
    learningRate: progress.learningRate,
    lossHalf,
    oLHalf,
    oRHalf,
    ratio: ratioOf({ oLHalf, oRHalf }),
    layers,
    observables,
    ...evaluation,
    oFB: dynamics ? fullBatchObservable(gradientNormSquared, vDotGradientHalf, dynamics) : NaN,
  };
}
