import { fullBatchObservable } from '../relations/full-batch-observable.js';
import { optimizerOf } from '../optimizers/choice.js';
import { optimizerStart } from '../optimizers/optimizer.js';
import { givenParameters, initialParameters, slotName, slotValues } from '../parameters.js';
import { inRange, oneOf, OptionError } from '../validate.js';
import { scheduleOf, type ScheduleChoice } from '../relations/schedules/choice.js';
import type { Executable, TensorValues } from '../program.js';
import {
  at,
  checkedLearningRate,
  firstProgress,
  telling,
  withLearningRate,
  withSchedule,
  type Progress,
  type TrainingEpoch,
} from './progress.js';
import { recording } from './recording.js';
import { fromSnapshot, toSnapshot } from './snapshot.js';
import { trainingStep } from './step.js';
import type { EpochBatches, Evaluator } from './task.js';
import type { TrainOptions, Training, TrainingItem } from './training.js';

/**
 * Trains by stochastic gradient descent, measures both sides of (FDR1') at each step, and lets a schedule set the learning
 * rate at epochs' ends. Same options, same executor: same bits, also after a resume.
 *
 * @throws OptionError naming the option, its range and what was found; SnapshotError if `resume` is of another training.
 * @example for await (const item of train(options)) if (item.type === 'epoch') report(item.record.ratio);
 */
export function train(options: TrainOptions): Training {
  const { task, executor, segmentSteps = () => task.stepsPerEpoch } = options;
  const { stepsPerEpoch, objective } = task;
  const specs = objective.parameters;
  const optimizer = optimizerOf(options);
  const centred = options.centre !== undefined;
  const { weightDecay, observables = [] } = options;
  const program = trainingStep(objective, optimizer, { weightDecay, centred, observables });
  const epochs = inRange('epochs', options.epochs, { min: 1, integer: true });
  const stopsWhenDiverged =
    oneOf('onDivergence', options.onDivergence ?? 'stop', ['stop', 'continue'] as const) === 'stop';
  const warnings = [
    ...task.warnings,
    ...(optimizer.dynamics && weightDecay === 0
      ? ['without weight decay the parameters need not stop growing, and the two sides of FDR1 may never meet']
      : []),
  ];
  const identity = {
    ...{ objective: objective.name, stepsPerEpoch, optimizer: optimizer.name },
    ...{ ...optimizer.hyperparameters, weightDecay },
    // Not where there are none, so that older snapshots still fit.
    ...(observables.length > 0 && { observables: [...observables].sort().join() }),
  };
  const measurable = (choice: ScheduleChoice): void => {
    if (choice.schedule === 'equilibrium' && !optimizer.dynamics)
      throw new OptionError('schedule', `another one with ${optimizer.name}, whose O_R is not defined`, 'equilibrium');
  };
  measurable(options.schedule);
  if (options.start && options.resume) throw new OptionError('start', 'left out where a training is resumed', 'both');
  const resumed = options.resume && fromSnapshot(identity, specs, optimizer, options.resume);

  /** What is not said of a schedule is as it was at the start; its course is what is left of the training. */
  const planned = (choice: ScheduleChoice, done: number, learningRate: number): ScheduleChoice => ({
    ...{ ...options.schedule, ...choice },
    course: { epochs: Math.max(1, epochs - done), stepsPerEpoch, learningRate },
  });

  let progress: Progress =
    resumed?.progress ??
    firstProgress({ ...options, schedule: planned(options.schedule, 0, options.learningRate), warnings });
  let state: TensorValues = resumed?.state ?? {
    ...(options.start ? givenParameters(specs, options.start) : initialParameters(specs, options.seed)),
    ...optimizerStart(optimizer, specs),
  };
  const recorded = recording(
    { tensors: specs.map(({ name }) => name), optimizer, observables, stepsPerEpoch },
    resumed?.averages,
  );
  let batches: EpochBatches | undefined;
  let computing = false;
  let postponed: (() => void)[] = [];

  /** A command that comes while a segment is computed waits for its end: the segment runs at the rate it began with. */
  const whenIdle = (change: () => void): void => void (computing ? postponed.push(change) : change());

  async function computed<Result>(work: () => Promise<Result>, apply: (result: Result) => TrainingItem) {
    computing = true;
    try {
      const item = apply(await work());
      computing = false;
      for (const change of postponed) change();
      return item;
    } finally {
      computing = false;
      postponed = [];
    }
  }

  function segment(step: Executable): Promise<TrainingItem> {
    const asked = Math.floor(inRange('segmentSteps()', segmentSteps(), { min: 1 }));
    const from = progress.stepInEpoch;
    const steps = Math.min(asked, stepsPerEpoch - from);
    batches ??= task.batches(progress.random);
    const inputs = batches.take(from, steps);
    const settings = { learningRate: Float32Array.of(progress.learningRate) };
    return computed(
      () => step.run({ steps, state, inputs, settings }),
      (result) => {
        state = result.state;
        const rows = recorded.rows(result, steps);
        const before = progress.step;
        progress = { ...progress, step: before + steps, stepInEpoch: from + steps };
        const bad = result.outputs['loss']?.findIndex((loss) => !Number.isFinite(loss)) ?? -1;
        if (bad >= 0 && !progress.diverged) {
          const message = `the loss is ${result.outputs['loss']?.[bad]} at step ${before + bad + 1}: the training has diverged`;
          progress = telling({ ...progress, diverged: true }, { type: 'warning', ...at(progress), message });
        }
        return { type: 'steps', from: before, columns: recorded.columns, rows };
      },
    );
  }

  function epochEnd(evaluator: Evaluator): Promise<TrainingItem> {
    return computed(
      () => evaluator.evaluate(slotValues('parameters', specs, state)),
      (evaluation) => {
        const { stepsUsed, vDotGradientHalf, lossHalf, oLHalf, oRHalf, ...byName } = recorded.averages();
        const { learningRate } = progress;
        progress = { ...progress, epoch: progress.epoch + 1, stepInEpoch: 0 };
        const record: TrainingEpoch = {
          ...at(progress),
          ...{ learningRate, lossHalf, oLHalf, oRHalf, ratio: oLHalf / oRHalf, ...byName },
          ...evaluation,
          oFB: optimizer.dynamics
            ? fullBatchObservable(evaluation.gradientNormSquared, vDotGradientHalf, optimizer.dynamics)
            : NaN,
        };
        const decision = scheduleOf(progress.schedule).decide(progress.scheduleState, {
          ...{ learningRate, oLHalf, oRHalf, stepsUsed, layers: byName.layers, trainLoss: evaluation.trainLoss },
        });
        progress = {
          ...progress,
          random: (batches ?? task.batches(progress.random)).next,
          scheduleState: decision.state,
          learningRate: decision.learningRate,
        };
        batches = undefined;
        if (decision.reason) {
          recorded.restart(0);
          const change = { from: learningRate, to: decision.learningRate, reason: decision.reason };
          progress = telling(progress, { type: 'learningRate', ...at(progress), ...change });
        }
        return { type: 'epoch', record };
      },
    );
  }

  async function* items(): AsyncGenerator<TrainingItem, void, void> {
    const centre = Object.fromEntries(
      Object.entries(options.centre ?? {}).map(([name, values]) => [slotName('centre', name), values]),
    );
    let step: Executable | undefined;
    let evaluator: Evaluator | undefined;
    try {
      step = await executor.prepare(program, { ...task.constants, ...centre });
      evaluator = await task.evaluator(executor, weightDecay);
      for (;;) {
        const [record, ...untold] = progress.untold;
        if (record) {
          progress = { ...progress, untold };
          yield { type: 'event', record };
        } else if (progress.diverged && stopsWhenDiverged) return yield { type: 'end', reason: 'diverged' };
        else if (progress.epoch >= epochs) return yield { type: 'end', reason: 'finished' };
        else if (progress.stepInEpoch < stepsPerEpoch) yield await segment(step);
        else yield await epochEnd(evaluator);
      }
    } finally {
      await step?.dispose();
      await evaluator?.dispose();
    }
  }

  return {
    stepColumns: recorded.columns,
    stepsPerEpoch,
    parameters: specs.map(({ name, shape }) => ({ name, shape })),
    [Symbol.asyncIterator]: items,
    setLearningRate: (learningRate, commandId) => {
      checkedLearningRate(learningRate);
      whenIdle(() => {
        if (learningRate === progress.learningRate) return;
        progress = withLearningRate(progress, learningRate, commandId);
        recorded.restart(progress.stepInEpoch % stepsPerEpoch);
      });
    },
    setSchedule: (schedule, commandId) => {
      measurable(schedule);
      scheduleOf(planned(schedule, 0, progress.learningRate));
      whenIdle(() => {
        progress = withSchedule(progress, planned(schedule, progress.epoch, progress.learningRate), commandId);
      });
    },
    snapshot: () => toSnapshot(identity, specs, optimizer, { progress, state, averages: recorded.save() }),
  };
}
