import { z } from 'zod';
import { label } from './labels.js';
import { optimizerConfig } from './optimizer.js';
import { numberIn, type Range } from './options.js';
import { scheduleConfig } from './schedule.js';

/** Version of the run folder's format; a reader refuses a higher one. */
export const SCHEMA_VERSION = 1;

/**
 * A run's id, also its folder's name: letters, digits, `.`, `_`, `-`, at most 128, and neither `.` nor `..`
 * (nor any name that begins with a dot).
 */
export const runId = z
  .string()
  .regex(
    /^(?!\.)[A-Za-z0-9._-]{1,128}$/,
    'a run id is 1 to 128 letters, digits, ".", "_", "-", and does not begin with "."',
  );

/** eta. */
export const LEARNING_RATE = { min: 1e-12, max: 1e12 } as const satisfies Range;
/** lambda. */
export const WEIGHT_DECAY = { min: 0, max: 1e6 } as const satisfies Range;
/** A 32-bit unsigned integer. */
export const SEED = { min: 0, max: 0xffff_ffff, integer: true } as const satisfies Range;
/** Examples a step. */
const BATCH_SIZE = { min: 1, max: 1_000_000, integer: true } as const satisfies Range;
/** Passes over the training data. */
export const EPOCHS = { min: 1, max: 1_000_000, integer: true } as const satisfies Range;

/**
 * How mini-batches are drawn. `shuffle`: each epoch is a permutation of the training data, as in practice. `replacement`: every example of every
 * mini-batch is drawn from all of them, so that mini-batches are independent, as the paper's theory has them.
 */
const sampling = z.enum(['shuffle', 'replacement']);
/** See `sampling`. */
export type Sampling = z.infer<typeof sampling>;

/** Everything that determines a run: given back to `fdr train --config`, it reproduces the run. */
export const runConfig = z.strictObject({
  model: z.enum(['mlp', 'cnn']),
  /** A name that `@fdr/datasets` knows (`mnist`, `cifar10`, ...), or the path of a folder of data files. */
  dataset: z.string().min(1).max(4096),
  optimizer: optimizerConfig,
  /** eta, at the start. */
  learningRate: numberIn(LEARNING_RATE),
  /** lambda, of 1/2 lambda |theta|^2 over all parameters. */
  weightDecay: numberIn(WEIGHT_DECAY),
  /** Examples a step. */
  batchSize: numberIn(BATCH_SIZE),
  sampling,
  /** Passes over the training data; with replacement, as many steps as those have. */
  epochs: numberIn(EPOCHS),
  schedule: scheduleConfig,
  /** Of initialization and shuffling; a 32-bit unsigned integer. */
  seed: numberIn(SEED),
  backend: z.enum(['auto', 'onnx', 'tensorflow-gpu', 'tensorflow', 'wasm', 'cpu']),
  /** Threads of the onnx backend. */
  threads: z.int().min(1).max(256),
  /** Path of a checkpoint whose parameters the run begins with; new ones where it is left out. */
  start: z.string().min(1).max(4096).optional(),
  /** Path of a checkpoint whose parameters are theta_c of footnote 4, from which O_L is measured; the origin where it is left out. */
  centre: z.string().min(1).max(4096).optional(),
  /** Whether -v' . grad f is read at one random step of each epoch, for a pass over the training data; not where it is left out. */
  descent: z.boolean().optional(),
  /** Whether the drift of the parameters is sampled; where it is left out, only if the schedule reads it. */
  drift: z.boolean().optional(),
  /** Average of the parameters that is kept and evaluated beside them; none where it is left out. */
  average: z.enum(['tail', 'polynomial']).optional(),
  /** Names of the observables measured besides the standard ones; none where it is left out. */
  observables: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
});
/** See {@link runConfig}. */
export type RunConfig = z.infer<typeof runConfig>;

/** How a run stands: `running` and `paused` may still grow. */
export const runStatus = z.enum(['running', 'paused', 'finished', 'stopped', 'failed', 'diverged']);
/** See {@link runStatus}. */
export type RunStatus = z.infer<typeof runStatus>;

/** Whether a run in this status may still grow: it trains, or it is paused and waits for a command. */
export function isActive(status: RunStatus): boolean {
  return status === 'running' || status === 'paused';
}

/** Where a run was made; for people, and to tell when two runs may differ in the last bits. */
export const environment = z.object({
  fdr: z.string(),
  node: z.string(),
  /** Version of TensorFlow.js. */
  tensorflow: z.string(),
  /** Version of ONNX Runtime; null where another backend computes. */
  onnxruntime: z.string().nullable(),
  platform: z.string(),
  /** The backend that really ran: `auto` is resolved here. */
  backend: z.string(),
  threads: z.int().min(1),
  commit: z.string().nullable(),
});
/** See {@link environment}. */
export type Environment = z.infer<typeof environment>;

/** `run.json`. */
export const run = z.object({
  schemaVersion: z.int().min(1).max(SCHEMA_VERSION),
  id: runId,
  name: label,
  tags: z.array(label).max(100),
  /** ISO 8601, UTC. A label only: order is by step. */
  createdAt: z.iso.datetime(),
  /** When it last went on from a checkpoint: what had been recorded after that was cut off. Left out where it never did. */
  resumedAt: z.iso.datetime().optional(),
  status: runStatus,
  config: runConfig,
  environment,
  /** SHA-256 of all examples and labels, in hexadecimal: a training goes on with the same data or not at all. */
  dataHash: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 has 64 hexadecimal digits'),
  /** Parameter tensors in order, e.g. `{name: 'dense1.kernel', shape: [784, 200]}`. */
  parameters: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)) })),
  /** Names of the float32 columns of `steps.f32`, in order. */
  stepColumns: z.array(z.string()).min(1),
  /** Steps an epoch: the number of rows of `steps.f32` between two epochs' ends. */
  stepsPerEpoch: z.int().min(1),
});
/** See {@link run}. */
export type Run = z.infer<typeof run>;
