import { z } from 'zod';

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

/** Text a person typed: shown as text, never interpreted. */
const label = z.string().max(200);

/** Everything that determines a run: given back to `fdr train --config`, it reproduces the run. */
export const runConfig = z.strictObject({
  model: z.enum(['mlp', 'cnn']),
  /** A name that `@fdr/datasets` knows (`mnist`, `cifar10`, ...), or the path of a folder of data files. */
  dataset: z.string().min(1).max(4096),
  optimizer: z.enum(['sgd', 'adam', 'amsgrad']),
  /** eta, at the start. */
  learningRate: z.number().min(1e-12).max(1e12),
  /** mu, in [0, 1). */
  momentum: z.number().min(0).lt(1),
  /** nu, in [0, 1). */
  dampening: z.number().min(0).lt(1),
  /** lambda, of 1/2 lambda |theta|^2 over all parameters. */
  weightDecay: z.number().min(0).max(1e6),
  /** Examples a step. */
  batchSize: z.int().min(1).max(1_000_000),
  /** Passes over the training data. */
  epochs: z.int().min(1).max(1_000_000),
  schedule: z.enum(['equilibrium', 'step', 'constant', 'cosine', 'plateau']),
  /** X of section 3.3, in (0, 1). */
  threshold: z.number().gt(0).lt(1),
  /** Y of section 3.3, in (0, 1). */
  decay: z.number().gt(0).lt(1),
  /** equilibrium: which balance has to be within X, the total or that of every parameter tensor; `total` where it is left out. */
  balance: z.enum(['total', 'layers']).optional(),
  /** equilibrium: the averages must be means of at least so many steps; no such condition where it is left out. */
  minimumSteps: z.int().min(0).max(1e12).optional(),
  /** equilibrium: so many epochs' ends in a row must pass; 1 where it is left out. */
  passes: z.int().min(1).max(1_000_000).optional(),
  /** step: epochs between two drops; 100 where it is left out. */
  everyEpochs: z.int().min(1).max(1_000_000).optional(),
  /** step: what eta is divided by; 10 where it is left out. */
  divisor: z.number().gt(1).max(1e12).optional(),
  /** plateau: epochs without a better training loss that are borne; 10 where it is left out. */
  patience: z.int().min(0).max(1_000_000).optional(),
  /** plateau: what eta is multiplied by; 0.1 where it is left out. */
  factor: z.number().gt(0).lt(1).optional(),
  /** plateau: by what part of itself the best training loss must be beaten; 1e-4 where it is left out. */
  improvement: z.number().min(0).lt(1).optional(),
  /** No schedule lowers the learning rate below this; 0 where it is left out. */
  minimumLearningRate: z.number().min(0).max(1e12).optional(),
  /** Of initialization and shuffling; a 32-bit unsigned integer. */
  seed: z.int().min(0).max(0xffff_ffff),
  backend: z.enum(['auto', 'onnx', 'tensorflow-gpu', 'tensorflow', 'wasm', 'cpu']),
  /** Threads of the onnx backend. */
  threads: z.int().min(1).max(256),
  /** Path of a checkpoint whose parameters the run begins with; new ones where it is left out. */
  start: z.string().min(1).max(4096).optional(),
  /** Names of the observables measured besides the standard ones; none where it is left out. */
  observables: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
});
export type RunConfig = z.infer<typeof runConfig>;

export const runStatus = z.enum(['running', 'paused', 'finished', 'stopped', 'failed', 'diverged']);
export type RunStatus = z.infer<typeof runStatus>;

/** Whether a run in this status may still grow: it trains, or it is paused and waits for a command. */
export function isActive(status: RunStatus): boolean {
  return status === 'running' || status === 'paused';
}

/** Where a run was made; for people, and to tell when two runs may differ in the last bits. */
export const environment = z.object({
  fdr: z.string(),
  node: z.string(),
  tensorflow: z.string(),
  platform: z.string(),
  /** The backend that really ran: `auto` is resolved here. */
  backend: z.string(),
  threads: z.int().min(1),
  commit: z.string().nullable(),
});
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
  /** Parameter tensors in order, e.g. `{name: 'dense1.kernel', shape: [784, 200]}`. */
  parameters: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)) })),
  /** Names of the float32 columns of `steps.f32`, in order. */
  stepColumns: z.array(z.string()).min(1),
  /** Steps an epoch: the number of rows of `steps.f32` between two epochs' ends. */
  stepsPerEpoch: z.int().min(1),
});
export type Run = z.infer<typeof run>;
