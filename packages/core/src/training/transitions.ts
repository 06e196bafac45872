import type { ParameterMean } from '../averaging/parameter-average.js';
import { slotValues } from '../parameters.js';
import { fullBatchObservable } from '../relations/full-batch-observable.js';
import { ratioOf } from '../relations/equilibrium-rule.js';
import type { RatioScatter } from '../relations/ratio-scatter.js';
import type { Decision } from '../relations/schedules/schedule.js';
import { positionOf, withDivergence, withEvent, type Progress, type TrainingEpoch } from './progress.js';
import type { Averages } from './recording.js';
import { runSegment } from './segment.js';
import { RUNNING } from './step.js';
import type { Evaluation, Evaluator } from './task.js';
import type { TrainingEnd } from './training.js';
import type { TrainingPlan, TrainingPrograms, TrainingState, Transition } from './training-state.js';

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
  if (progress.stepInEpoch < plan.task.stepsPerEpoch) return runSegment(plan, state, { step, evaluator });
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

/** Evaluates the parameters at an epoch's end, records the epoch, and lets the schedule decide on the next one's learning rate. */
async function endEpoch(plan: TrainingPlan, state: TrainingState, evaluator: Evaluator): Promise<Transition> {
  const { progress, schedule, recording, tensors } = state;
  const { parameters } = plan.task.objective;
  const evaluation = await evaluator.evaluate(slotValues('parameters', parameters, tensors));
  const average = state.average && plan.average?.endEpoch(state.average, slotValues(RUNNING, parameters, tensors));
  const averaged = average?.latest && (await averageOf(average.latest, evaluator));
  const averages = recording.averages();
  const { learningRate } = progress;
  const { dynamics } = plan.optimizer;
  const drift = state.drift?.ended();
  const ended = { ...progress, epoch: progress.epoch + 1, stepInEpoch: 0, descent: undefined };
  const decision = schedule.decide(progress.scheduleState, {
    oLHalf: averages.oLHalf,
    oRHalf: averages.oRHalf,
    stepsUsed: averages.stepsUsed,
    layers: averages.layers,
    scatter: averages.scatter,
    drift: drift && dynamics && { ...drift, ...dynamics, learningRate },
    trainLoss: evaluation.trainLoss,
    learningRate,
  });
  if (decision.reason) {
    recording.restart(0);
    state.drift?.restart();
  }
  const batches = state.batches ?? plan.task.batches(progress.random);
  const decided = afterDecision({ ...ended, random: batches.next }, decision, averages);
  return {
    state: {
      ...state,
      batches: undefined,
      progress: afterEvaluation(decided, evaluation),
      average: decision.reason && average ? plan.average?.afterRateChange(average) : average,
    },
    item: {
      type: 'epoch',
      record: {
        ...epochOf(plan, { ...ended, descent: progress.descent }, averages, evaluation),
        drift,
        average: averaged,
      },
    },
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

/** @param progress with the learning rate that the epoch had, and its descent. */
function epochOf(
  { optimizer: { dynamics }, readsDescent }: TrainingPlan,
  progress: Progress,
  { lossHalf, oLHalf, oRHalf, vDotGradientHalf, layers, scatter, observables }: Averages,
  evaluation: Evaluation,
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
    scatter: scatter.total,
    layers: Object.fromEntries(
      Object.entries(layers).map(([name, balance]) => [name, { ...balance, scatter: scatter.layers[name] }]),
    ),
    observables,
    descent: readsDescent ? (progress.descent ?? NaN) : undefined,
    ...evaluation,
    oFB: dynamics ? fullBatchObservable(gradientNormSquared, vDotGradientHalf, dynamics) : NaN,
  };
}
