import type { RunConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '@fdr/training';
import { makeJob, makeCurvatureJob, type Job, type RunJob, type CurvatureJob } from './job.js';
import { LETTERS, PROTOCOLS, type PaperModel, type Protocol, type Stage } from './protocol.js';
import { scaledProtocol, curvatureSize, type Scale } from './scale.js';
import { distinction, type Variant } from './variants.js';

export const FIGURES = ['fig1', 'fig2', 'fig3', 'fig4', 'figS1', 'figS2'] as const;
export type FigureName = (typeof FIGURES)[number];
export type ModelName = PaperModel;

/** What a run is to a figure. */
export type Part =
  | { readonly kind: 'initial' }
  /** `sequence` and `stage` count from 1. */
  | { readonly kind: 'stage'; readonly sequence: number; readonly stage: number }
  | { readonly kind: 'comparison'; readonly variant: Variant };

export interface PlannedRun {
  readonly part: Part;
  readonly job: RunJob;
}

/** A look at the landscape where a sequence's run at the smallest learning rate ends. */
export interface PlannedCurvature {
  readonly sequence: number;
  readonly job: CurvatureJob;
}

/** A figure to be drawn of certain runs. */
export interface PlannedFigure {
  /** `fig1a` */
  readonly id: string;
  readonly figure: FigureName;
  readonly model: ModelName;
  readonly protocol: Protocol;
  readonly runs: readonly PlannedRun[];
  /** Of figure 3; none of the others. */
  readonly estimates: readonly PlannedCurvature[];
}

export interface Plan {
  readonly figures: readonly PlannedFigure[];
  /** Each once, whoever shares it; a parent stands before its children, all runs before the estimates. */
  readonly jobs: readonly Job[];
}

export interface PlanOptions {
  readonly figures: readonly FigureName[];
  readonly models: readonly ModelName[];
  readonly scale: Scale;
  /** Sequences; the protocol's number where it is undefined. */
  readonly seeds?: number | undefined;
  readonly backend: RunConfig['backend'];
  /** Of each job. */
  readonly threads: number;
}

/** Initializations of figure S2's parts (a) to (d). */
const AGGRESSIVE_SEEDS = [1, 2, 3, 4];

/**
 * What has to be run for the figures asked for. Figures share runs: figure 1's is the start of those of figures 2 and 3, which are
 * the same; figure 4's AMSGrad is S1's.
 */
export function plan({ figures, models, scale, seeds, backend, threads }: PlanOptions): Plan {
  const planned = models.flatMap((model) => {
    const protocol = scaledProtocol(PROTOCOLS[model], scale, seeds);
    const common = { backend, threads };
    return figures.flatMap((figure) =>
      partsOf(figure, protocol, scale, common).map(([suffix, runs]) => ({
        ...{ id: `${figure}${suffix}`, figure, model, protocol, runs },
        estimates: figure === 'fig3' ? curvaturesOf(runs, scale) : [],
      })),
    );
  });
  const runs = planned.flatMap((figure) => figure.runs);
  const estimates = planned.flatMap((figure) => figure.estimates);
  const jobs = new Map<string, Job>([...runs, ...estimates].map(({ job }) => [job.key, job]));
  return { figures: planned, jobs: [...jobs.values()] };
}

/** A figure's parts for one network, each with the letter of its name and its runs. */
function partsOf(
  figure: FigureName,
  protocol: Protocol,
  scale: Scale,
  common: Common,
): readonly (readonly [letter: string, runs: readonly PlannedRun[]])[] {
  const { model } = protocol.base;
  const letter = LETTERS[model];
  const initial = initialRun(protocol, common);
  const sequences = (count: number): PlannedRun[] =>
    Array.from({ length: count }, (_, index) => sequenceRuns(protocol, index + 1, initial.job, common)).flat();
  const variants = (seed: number, ...names: readonly Variant[]) =>
    names.map((variant) => variantRun(protocol, variant, seed, common));
  switch (figure) {
    case 'fig1':
      return [[letter, [initial]]];
    case 'fig2':
      return [[letter, [initial, ...sequences(1)]]];
    case 'fig3':
      return [[letter, [initial, ...sequences(protocol.seeds)]]];
    case 'fig4':
      return [[letter, variants(INITIAL_SEED, 'preset', 'adaptive', 'amsgrad')]];
    case 'figS1':
      return [[letter, variants(INITIAL_SEED, 'amsgrad', 'adam')]];
    case 'figS2':
      // The paper shows it of the convolutional network alone.
      return model !== 'cnn'
        ? []
        : AGGRESSIVE_SEEDS.slice(0, Math.min(AGGRESSIVE_SEEDS.length, scale.most.initializations)).map(
            (seed, index) => [
              'abcd'[index] ?? '',
              [
                ...variants(seed, 'preset', 'aggressive', 'amsgrad'),
                ...(index === 0 ? variants(seed, 'adaptive') : []),
              ],
            ],
          );
  }
}

type Common = Pick<RunConfig, 'backend' | 'threads'>;

/** Of initialization and shuffling up to the common parameters. */
const INITIAL_SEED = 1;
/** Each stage of each sequence shuffles in its own way: a seed used twice would go through the same batches again. */
const stageSeed = (sequence: number, stage: number): number => 1000 * sequence + stage;

function constantRun(
  { base, momentum, dampening }: Protocol,
  { learningRate, epochs }: Stage,
  common: Common,
): RunConfig {
  return {
    ...DEFAULT_CONFIG,
    ...base,
    ...common,
    optimizer: { kind: 'sgd', momentum, dampening },
    learningRate,
    epochs,
    schedule: { kind: 'constant' },
  };
}

function initialRun(protocol: Protocol, common: Common): PlannedRun {
  const config = { ...constantRun(protocol, protocol.initial, common), seed: INITIAL_SEED };
  return { part: { kind: 'initial' }, job: makeJob(`${protocol.base.model} initial`, config) };
}

function variantRun(protocol: Protocol, variant: Variant, seed: number, common: Common): PlannedRun {
  const { base, comparison } = protocol;
  const { epochs } = comparison;
  const config = { ...DEFAULT_CONFIG, ...base, ...common, ...distinction(variant, protocol), epochs, seed };
  const job = makeJob(`${base.model} ${variant}${seed === INITIAL_SEED ? '' : ` init ${seed}`}`, config);
  return { part: { kind: 'comparison', variant }, job };
}

function sequenceRuns(protocol: Protocol, sequence: number, initial: RunJob, common: Common): PlannedRun[] {
  let parent = initial;
  return protocol.sequence.map((stage, index) => {
    const part = { kind: 'stage', sequence, stage: index + 1 } as const;
    const config = { ...constantRun(protocol, stage, common), seed: stageSeed(sequence, part.stage) };
    parent = makeJob(`${protocol.base.model} seq ${sequence} eta ${stage.learningRate}`, config, parent);
    return { part, job: parent };
  });
}

/** An estimate of each sequence, where its run at the smallest learning rate ends. Stage 0 shuffles nothing else. */
function curvaturesOf(runs: readonly PlannedRun[], scale: Scale): PlannedCurvature[] {
  const smallest = Math.min(...runs.map(({ job }) => job.config.learningRate));
  return runs.flatMap(({ part, job }) => {
    if (part.kind !== 'stage' || job.config.learningRate !== smallest) return [];
    const { sequence } = part;
    const size = { ...curvatureSize(job.config, scale), seed: stageSeed(sequence, 0) };
    return [{ sequence, job: makeCurvatureJob(`${job.config.model} seq ${sequence} estimate`, job, size) }];
  });
}
