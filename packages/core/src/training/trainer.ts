import { EPOCHS } from '@fdr/records';
import { optimizerStart, type Optimizer } from '../optimizers/optimizer.js';
import { givenParameters, initialParameters, namedSlot, slotValues, type ParameterSpec } from '../parameters.js';
import type { Executable } from '../program.js';
import type { Schedule } from '../relations/schedules/schedule.js';
import { inRange, oneOf, OptionError } from '../validate.js';
import { checkedLearningRate, firstProgress, withLearningRate, withSchedule } from './progress.js';
import { recording } from './recording.js';
import {
  fromSnapshot,
  settingsText,
  SnapshotError,
  toSnapshot,
  type SavedTraining,
  type Snapshot,
  type SnapshotIdentity,
} from './snapshot.js';
import { trainingStep } from './step.js';
import type { Evaluator } from './task.js';
import type { Training, TrainingItem, TrainOptions } from './training.js';
import {
  endEpoch,
  endReason,
  runSegment,
  type TrainingPlan,
  type TrainingState,
  type Transition,
} from './transitions.js';

/**
 * Trains by stochastic gradient descent, measures both sides of (FDR1') at each step, and lets a schedule set the learning
 * rate at epochs' ends. Same options, same executor: same bits, also after a resume.
 *
 * @throws OptionError naming the option, its range and what was found; SnapshotError if `resume` is of another training.
 * @example for await (const item of train(options)) if (item.type === 'epoch') report(item.record.ratio);
 */
export function train(options: TrainOptions): Training {
  const { task, executor, optimizer, weightDecay, observables = [] } = options;
  const { stepsPerEpoch, objective } = task;
  const { parameters } = objective;
  const plan = planOf(options);
  const identity: SnapshotIdentity = {
    objective: objective.name,
    stepsPerEpoch,
    optimizer: optimizer.settings,
    weightDecay,
    observables: observables.map(({ name }) => name),
  };
  requireNeeds(options.schedule, optimizer);
  const saved = options.resume ? resumed(options, identity, options.resume) : undefined;
  const centre = saved ? saved.centre : givenCentre(options);
  const program = trainingStep(objective, optimizer, { weightDecay, observables, centred: centre !== undefined });
  let state = firstState(options, plan, saved);
  let computing = false;
  let postponed: ((before: TrainingState) => TrainingState)[] = [];

  /** A change that comes while a segment is computed waits for its end: the segment runs at the rate it began with. */
  function change(apply: (before: TrainingState) => TrainingState): void {
    if (computing) postponed.push(apply);
    else state = apply(state);
  }

  async function advance(transition: Promise<Transition>): Promise<TrainingItem> {
    computing = true;
    try {
      const next = await transition;
      state = postponed.reduce((before, apply) => apply(before), next.state);
      return next.item;
    } finally {
      computing = false;
      postponed = [];
    }
  }

  async function* items(): AsyncGenerator<TrainingItem, void, void> {
    let step: Executable | undefined;
    let evaluator: Evaluator | undefined;
    try {
      const constants = centre ? namedSlot('centre', parameters, centre) : {};
      step = await executor.prepare(program, { ...task.constants, ...constants });
      evaluator = await task.evaluator(executor, weightDecay);
      for (;;) {
        const { progress } = state;
        const [record, ...pendingEvents] = progress.pendingEvents;
        const reason = endReason(plan, progress);
        if (record) {
          state = { ...state, progress: { ...progress, pendingEvents } };
          yield { type: 'event', record };
        } else if (reason) {
          yield { type: 'end', reason };
          return;
        } else if (progress.stepInEpoch < stepsPerEpoch) yield await advance(runSegment(plan, state, step));
        else yield await advance(endEpoch(plan, state, evaluator));
      }
    } finally {
      await step?.dispose();
      await evaluator?.dispose();
    }
  }

  return {
    stepColumns: state.recording.columns,
    stepsPerEpoch,
    parameters: parameters.map(({ name, shape }) => ({ name, shape })),
    [Symbol.asyncIterator]: items,
    setLearningRate: (learningRate, commandId) => {
      checkedLearningRate(learningRate);
      change((before) => {
        if (learningRate === before.progress.learningRate) return before;
        before.recording.restart(before.progress.stepInEpoch % stepsPerEpoch);
        return { ...before, progress: withLearningRate(before.progress, learningRate, commandId) };
      });
    },
    setSchedule: (schedule, commandId) => {
      requireNeeds(schedule, optimizer);
      change((before) => ({
        ...before,
        schedule,
        progress: withSchedule(before.progress, schedule, { epochs: plan.epochs, stepsPerEpoch }, commandId),
      }));
    },
    snapshot: () =>
      toSnapshot(identity, parameters, optimizer, {
        progress: state.progress,
        tensors: state.tensors,
        centre,
        averages: state.recording.save(),
      }),
  };
}

function planOf({ task, optimizer, segmentSteps, ...options }: TrainOptions): TrainingPlan {
  const epochs = inRange('epochs', options.epochs, EPOCHS);
  const onDivergence = oneOf('onDivergence', options.onDivergence ?? 'stop', ['stop', 'continue']);
  return {
    task,
    optimizer,
    parameters: task.objective.parameters,
    epochs,
    stopsWhenDiverged: onDivergence === 'stop',
    segmentSteps: segmentSteps ?? (() => task.stepsPerEpoch),
  };
}

function requireNeeds({ settings, needs }: Schedule, optimizer: Optimizer): void {
  if (needs === 'dynamics' && !optimizer.dynamics)
    throw new OptionError(
      'schedule',
      `another one with ${optimizer.settings.kind}, whose O_R is not defined`,
      settings.kind,
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
function givenCentre({ task, centre }: TrainOptions): readonly Float32Array[] | undefined {
  const { parameters } = task.objective;
  return centre && slotValues('parameters', parameters, givenParameters('centre', parameters, centre));
}

function firstState(options: TrainOptions, { epochs }: TrainingPlan, saved: SavedTraining | undefined): TrainingState {
  const { task, optimizer, schedule, observables = [] } = options;
  const { stepsPerEpoch } = task;
  const { parameters } = task.objective;
  const shape = { tensors: parameters.map(({ name }) => name), optimizer, observables, stepsPerEpoch };
  const { learningRate, seed } = options;
  const warnings = [...task.warnings, ...growthWarnings(options)];
  return {
    progress: saved?.progress ?? firstProgress({ learningRate, schedule, seed, epochs, stepsPerEpoch, warnings }),
    schedule,
    tensors: saved?.tensors ?? { ...firstParameters(options, parameters), ...optimizerStart(optimizer, parameters) },
    recording: recording(shape, saved?.averages),
    batches: undefined,
  };
}

const firstParameters = ({ start, seed }: TrainOptions, parameters: readonly ParameterSpec[]) =>
  start ? givenParameters('start', parameters, start) : initialParameters(parameters, seed);

const growthWarnings = ({ optimizer, weightDecay }: TrainOptions): string[] =>
  optimizer.dynamics && weightDecay === 0
    ? ['without weight decay the parameters need not stop growing, and the two sides of FDR1 may never meet']
    : [];
