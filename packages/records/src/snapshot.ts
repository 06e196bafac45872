import { z } from 'zod';
import { driftWindow } from './epoch.js';
import { pendingEvent } from './event.js';
import { anyNumber } from './number-codec.js';
import { numberIn, settings } from './options.js';
import { EPOCHS, LEARNING_RATE, WEIGHT_DECAY } from './run.js';
import { scheduleConfig, type ScheduleKind } from './schedule.js';

/** Version of a snapshot's form; another one is refused. */
export const SNAPSHOT_VERSION = 2;

/** Far more than a training reports between two of its steps. */
const MAX_PENDING_EVENTS = 1000;
const MAX_STEPS = 1e15;

const count = z.int().min(0).max(MAX_STEPS);
const positiveCount = z.int().min(1).max(MAX_STEPS);

/** The state of each built-in schedule, between two epochs' ends. */
const SCHEDULE_STATES = {
  equilibrium: z.strictObject({
    passed: positiveCount.optional(),
    learningRate: z.number().optional(),
    warned: z.literal(1).optional(),
  }),
  step: z.strictObject({ epochs: count }),
  constant: z.strictObject({}),
  cosine: z.strictObject({ epochs: count, total: positiveCount }),
  linear: z.strictObject({ epochs: count, total: positiveCount }),
  wsd: z.strictObject({ epochs: count, total: positiveCount }),
  cooldown: z.strictObject({
    epochs: count,
    total: positiveCount,
    span: positiveCount.optional(),
    cooled: count.optional(),
  }),
  stationary: z.strictObject({}),
  plateau: z.strictObject({ best: z.number().optional(), worse: count }),
} as const satisfies Readonly<Record<ScheduleKind, z.ZodType>>;

/** A half-running average without its prefix sums. */
const averageState = z
  .strictObject({
    first: positiveCount,
    every: positiveCount,
    steps: count,
    sum: z.number(),
    remainder: z.number(),
    lastNotFinite: count,
    firstKept: count,
  })
  .refine(({ lastNotFinite, steps }) => lastNotFinite <= steps, 'lastNotFinite must be at most steps');

/** Means of the parameters: the steps of each, whose values are tensors. */
const parameterAverage = z.strictObject({
  taken: count,
  sinceChange: count,
  blocks: z.array(positiveCount).max(100),
  latest: positiveCount.optional(),
});

/** Windows of distances, whose means of the parameters are tensors. */
const drift = z.strictObject({
  looks: count,
  latest: driftWindow.optional(),
  ladders: z
    .array(
      z
        .strictObject({
          first: positiveCount.max(1000),
          rung: z.int().min(0).max(50),
          taken: count,
          sums: z.array(z.array(anyNumber).max(16)).max(10_000),
        })
        .refine(
          ({ first, rung, taken }) => taken < first * 2 ** Math.max(0, rung - 1),
          'taken must be below the length of the rung',
        ),
    )
    .max(2),
});

const identity = z.strictObject({
  objective: z.string().max(1000),
  stepsPerEpoch: positiveCount,
  optimizer: settings,
  weightDecay: numberIn(WEIGHT_DECAY),
  observables: z.array(z.string().max(100)).max(1000),
  average: settings.optional(),
});

const progress = z
  .strictObject({
    step: count,
    epoch: z.int().min(0).max(EPOCHS.max),
    stepInEpoch: count,
    // A schedule without a minimum may lower it below what a run may begin with, down to 0.
    learningRate: z.number().min(0).max(LEARNING_RATE.max),
    schedule: scheduleConfig,
    scheduleState: z.record(z.string(), anyNumber),
    random: z
      .array(z.int32())
      .length(4)
      .refine((words) => words.some((word) => word !== 0), 'must not be all zeros'),
    descent: z.number().optional(),
    diverged: z.boolean(),
    pendingEvents: z.array(pendingEvent).max(MAX_PENDING_EVENTS),
  })
  .refine(({ schedule, scheduleState }) => SCHEDULE_STATES[schedule.kind].safeParse(scheduleState).success, {
    path: ['scheduleState'],
    message: 'must be a state of the schedule',
  })
  .refine(({ step, pendingEvents }) => pendingEvents.every((event) => event.step <= step), {
    path: ['pendingEvents'],
    message: 'must not be later than the step',
  });

/** What a checkpoint holds of a training besides its tensors. */
export const snapshotState = z
  .strictObject({
    version: z.literal(SNAPSHOT_VERSION),
    identity,
    progress,
    averages: z.record(z.string().max(1000), averageState),
    parameterAverage: parameterAverage.optional(),
    drift: drift.optional(),
  })
  .refine(
    ({ identity: { stepsPerEpoch }, progress: { step, epoch, stepInEpoch } }) =>
      stepInEpoch <= stepsPerEpoch && step === epoch * stepsPerEpoch + stepInEpoch,
    { path: ['progress', 'step'], message: 'must be epoch * stepsPerEpoch + stepInEpoch' },
  )
  .refine(
    ({ progress: { step }, averages }) => {
      const [first, ...others] = Object.values(averages);
      return first === undefined || (first.steps <= step && others.every(({ steps }) => steps === first.steps));
    },
    { path: ['averages'], message: 'must all be of the same steps, at most those done' },
  );
/** See {@link snapshotState}. */
export type SnapshotState = z.infer<typeof snapshotState>;
