import type { RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '@fdr/training';
import { makeCurvatureJob, makeJob, type CurvatureJob, type RunJob } from '../../job.js';
import type { Protocol, Stage } from '../protocols/protocol.js';
import { curvatureSize, type Scale } from './scale.js';
import { variantConfig, type Variant } from './variants.js';

/** What all jobs of a plan have in common whatever the protocol: what computes them, how mini-batches are drawn, what is read besides. */
export type Compute = Pick<RunConfig, 'backend' | 'threads' | 'sampling' | 'descent'>;

/** The seed of the initial run, and of the comparison's first initialization. */
export const INITIAL_SEED = 1;

/** The seed of a stage; both count from 1. Each stage of each sequence has its own, so that no shuffling is repeated. */
const stageSeed = (sequence: number, stage: number): number => 1000 * sequence + stage;

/** The run from the Xavier initialization to the parameters that all sequences start from. */
export function initialJob(protocol: Protocol, compute: Compute): RunJob {
  const { base, initial } = protocol;
  return makeJob(`${base.model} initial`, relationConfig(protocol, initial, compute, INITIAL_SEED));
}

/**
 * The runs of one sequence, one for each learning rate, each from the last parameters of the one before.
 *
 * @param sequence counts from 1
 * @param initial the run that the first one starts from
 */
export function sequenceJobs(protocol: Protocol, sequence: number, initial: RunJob, compute: Compute): RunJob[] {
  let parent = initial;
  return protocol.sequence.map((stage, index) => {
    const config = relationConfig(protocol, stage, compute, stageSeed(sequence, index + 1));
    parent = makeJob(`${protocol.base.model} seq ${sequence} eta ${stage.learningRate}`, config, parent);
    return parent;
  });
}

/** The configuration of a run that tests the relations: SGD at a constant learning rate. */
const relationConfig = (
  { base, momentum, dampening }: Protocol,
  { learningRate, epochs }: Stage,
  compute: Compute,
  seed: number,
): RunConfig => ({
  ...DEFAULT_CONFIG,
  ...base,
  ...compute,
  optimizer: { kind: 'sgd', momentum, dampening },
  learningRate,
  epochs,
  schedule: { kind: 'constant' },
  seed,
});

/**
 * A run of the comparison of schedules and optimizers.
 *
 * @param seed of the initialization and the shuffling
 */
export function variantJob(protocol: Protocol, variant: Variant, seed: number, compute: Compute): RunJob {
  const { base, comparison } = protocol;
  const { epochs } = comparison;
  const config = { ...DEFAULT_CONFIG, ...base, ...compute, ...variantConfig(variant, protocol), epochs, seed };
  return makeJob(`${base.model} ${variant}${seed === INITIAL_SEED ? '' : ` init ${seed}`}`, config);
}

/**
 * The curvature estimate at the end of a sequence's run.
 *
 * @param run the run that reaches the stationary state
 * @param sequence counts from 1
 */
export function curvatureJob(run: RunJob, sequence: number, scale: Scale): CurvatureJob {
  // No run is stage 0.
  const size = { ...curvatureSize(run.config, scale), seed: stageSeed(sequence, 0) };
  return makeCurvatureJob(`${run.config.model} seq ${sequence} estimate`, run, size);
}
