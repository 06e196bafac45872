import { EPOCHS } from '@fdr/records';
import { NOTHING_AVERAGED } from '../averaging/parameter-average.js';
import { remembering } from '../observables/memory.js';
import { optimizerStart } from '../optimizers/optimizer.js';
import {
  givenParameters,
  initialParameters,
  namedSlot,
  sizedTensors,
  zeroSlot,
  type ParameterSpec,
} from '../parameters.js';
import { driftWindows } from '../relations/drift/drift-window.js';
import { inRange, oneOf, OptionError } from '../validate.js';
import { checkedLearningRate, firstProgress, withLearningRate, withSchedule } from './progress.js';
import { recording } from './recording.js';
import { growthWarnings, requireNeeds } from './requirements.js';
import {
  fromSnapshot,
  settingsText,
  toSnapshot,
  type SavedTraining,
  type Snapshot,
  type SnapshotIdentity,
} from './snapshot.js';
import { SnapshotError } from './snapshot-error.js';
import { stateStore } from './state-store.js';
import { RUNNING, trainingStep } from './step.js';
import { NOTHING_EVALUATED } from './task.js';
import type { Training, TrainingItem, TrainOptions } from './training.js';
import type { TrainingPlan, TrainingState } from './training-state.js';
import { nextTransition } from './transitions.js';

/**
 * Trains by stochastic gradient descent, measures both sides of (FDR1') at each step, and lets a schedule set the learning
 * rate at epochs' ends. Same options, same executor: same bits, also after a resume.
 *
 * @throws OptionError naming the option, its range and what was found; SnapshotError if `resume` is of another training.
 * @example for await (const item of train(options)) if (item.type === 'epoch') report(item.record.ratio);
 */
export function train(given: TrainOptions): Training {
  const { task, executor, weightDecay, observables = [] } = given;
  const optimizer = remembering(given.optimizer, observables);
  const options = { ...given, optimizer };
  const { stepsPerEpoch, objective } = task;
  const { parameters } = objective;
  const plan = planOf(options);
  const identity = identityOf(options);
  requireNeeds(options.schedule, optimizer, true);
  refuseAverageOfAverage(options);
  const saved = options.resume ? resumed(options, identity, options.resume) : undefined;
  const centre = saved ? saved.centre : givenCentre(options);
  const program = trainingStep(objective, optimizer, {
    weightDecay,
    observables,
    centred: centre !== undefined,
    averaged: options.average !== undefined,
  });
  const store = stateStore(firstState(options, plan, saved));

  async function* items(): AsyncGenerator<TrainingItem, void, void> {
    const constants = centre ? { ...task.constants, ...namedSlot('centre', parameters, centre) } : task.constants;
    const step = await executor.prepare(program, constants);
    try {
      const evaluator = (await task.evaluator?.(executor, weightDecay)) ?? NOTHING_EVALUATED;
      try {
        let item: TrainingItem;
        do {
          item = await store.advance((state) => nextTransition(plan, state, { step, evaluator }));
          yield item;
        } while (item.type !== 'end');
      } finally {
        await evaluator.dispose();
      }
    } finally {
      await step.dispose();
    }
  }

  return {
    stepColumns: store.current().recording.columns,
    stepsPerEpoch,
    parameters: parameters.map(({ name, shape }) => ({ name, shape })),
    [Symbol.asyncIterator]: items,
    setLearningRate: (learningRate, commandId) => {
      checkedLearningRate(learningRate);
      store.update((before) => {
        if (learningRate === before.progress.learningRate) return before;
        before.recording.restart(before.progress.stepInEpoch % stepsPerEpoch);
        before.drift?.restart();
        return {
          ...before,
          progress: withLearningRate(before.progress, learningRate, commandId),
          average: before.average && options.average?.afterRateChange(before.average),
        };
      });
    },
    setSchedule: (schedule, commandId) => {
      requireNeeds(schedule, optimizer, store.current().drift !== undefined);
      const training = { epochs: plan.epochs, stepsPerEpoch };
      store.update((before) => ({
        ...before,
        schedule,
        progress: withSchedule(before.progress, schedule, training, commandId),
      }));
    },
    snapshot: () => {
      const { progress, tensors, recording: averages, average, drift } = store.current();
      return toSnapshot(identity, parameters, optimizer, {
        progress,
        tensors,
        centre,
        averages: averages.save(),
        average,
        drift: drift?.state(),
      });
    },
  };
}

/** What a snapshot of this training must share with it. */
const identityOf = ({ task, optimizer, weightDecay, observables = [], average }: TrainOptions): SnapshotIdentity => ({
  objective: task.objective.name,
  stepsPerEpoch: task.stepsPerEpoch,
  optimizer: optimizer.settings,
  weightDecay,
  observables: observables.map(({ name }) => name),
  average: average?.settings,
});

function planOf({ task, optimizer, average, segmentSteps, ...options }: TrainOptions): TrainingPlan {
  const epochs = inRange('epochs', options.epochs, EPOCHS);
  if (options.descent && !task.evaluator)
    throw new OptionError('descent', 'left out with a task that evaluates nothing', options.descent);
  const onDivergence = oneOf('onDivergence', options.onDivergence ?? 'stop', ['stop', 'continue']);
  return {
    task,
    optimizer,
    average,
    epochs,
    stopsWhenDiverged: onDivergence === 'stop',
    readsDescent: options.descent ?? false,
    segmentSteps: segmentSteps ?? (() => task.stepsPerEpoch),
  };
}

function refuseAverageOfAverage({ average, optimizer }: TrainOptions): void {
  if (average && optimizer.gradientPoint)
    throw new OptionError(
      'average',
      `left out with ${optimizer.settings.kind}, whose parameters are a mean of its steps already`,
      average.settings.kind,
    );
}

function resumed({ task, optimizer, schedule, start }: TrainOptions, identity: SnapshotIdentity, snapshot: Snapshot) {
  if (start) throw new OptionError('start', 'left out where a training is resumed', 'both');
  const saved = fromSnapshot(identity, task.objective.parameters, optimizer, snapshot);
  const [found, expected] = [saved.progress.schedule, schedule.settings].map(settingsText);
  if (found !== expected)
    throw new SnapshotError(`the snapshot's schedule is ${found}, this training's is ${expected}`);
  return saved;
}

/** theta_c, in the order of the parameters. */
const givenCentre = ({ task, centre }: TrainOptions): readonly Float32Array[] | undefined =>
  centre && givenParameters('centre', task.objective.parameters, centre);

function firstState(options: TrainOptions, { epochs }: TrainingPlan, saved: SavedTraining | undefined): TrainingState {
  const { task, optimizer, schedule, average, observables = [] } = options;
  const { stepsPerEpoch } = task;
  const { parameters } = task.objective;
  const shape = { tensors: parameters.map(({ name }) => name), optimizer, observables, stepsPerEpoch };
  const { learningRate, seed } = options;
  const keepsDrift = saved ? saved.drift !== undefined : (options.drift ?? schedule.needs === 'drift');
  const warnings = [...task.warnings, ...growthWarnings(optimizer, options.weightDecay), ...averageWarnings(options)];
  return {
    progress: saved?.progress ?? firstProgress({ learningRate, schedule, seed, epochs, stepsPerEpoch, warnings }),
    schedule,
    tensors: saved?.tensors ?? {
      ...firstParameters(options, parameters),
      ...optimizerStart(optimizer, parameters),
      ...(average && zeroSlot(RUNNING, parameters)),
    },
    recording: recording(shape, saved && { averages: saved.averages, stepInEpoch: saved.progress.stepInEpoch }),
    average: saved ? saved.average : average && NOTHING_AVERAGED,
    drift: keepsDrift ? driftWindows(sizedTensors(parameters), stepsPerEpoch, saved?.drift) : undefined,
    batches: undefined,
  };
}

const firstParameters = ({ start, seed }: TrainOptions, parameters: readonly ParameterSpec[]) =>
  start
    ? namedSlot('parameters', parameters, givenParameters('start', parameters, start))
    : initialParameters(parameters, seed);

const averageWarnings = ({ optimizer, average }: TrainOptions): string[] =>
  optimizer.needsAverage && !average
    ? [
        `${optimizer.settings.kind} is meant to be evaluated by an average of its parameters, the polynomial one, and none is kept`,
      ]
    : [];
