import type { RunConfig } from '@fdr/records';
import { ExperimentError } from '../../experiment-error.js';
import type { CurvatureSize } from '../../job.js';
import type { Protocol, Stage } from '../protocols/protocol.js';

/** How much of the paper's experiments is run. */
export interface Scale {
  /** As the command line names it: `paper`, `quick`, `relaxation`, `0.1`. */
  readonly name: string;
  /**
   * Fraction of the paper's epochs, in (0, 1]; `quick` if each protocol's own fraction and synthetic data are used; `relaxation` if each stage is as
   * long as its rate needs.
   */
  readonly fraction: number | 'quick' | 'relaxation';
  /** Fewest epochs of a run: a half-running average leaves out the first half and needs the ends of two epochs or more. */
  readonly minimumEpochs: number;
  /** Upper limits on what the protocol asks for; `samples` are those at each point of a curvature estimate. */
  readonly limits: Readonly<Record<'sequences' | 'stages' | 'initializations' | 'samples', number>>;
}

const QUICK: Scale = {
  name: 'quick',
  fraction: 'quick',
  minimumEpochs: 2,
  limits: { sequences: 2, stages: 3, initializations: 1, samples: 2 },
};

const NO_LIMITS: Scale['limits'] = {
  sequences: Infinity,
  stages: Infinity,
  initializations: Infinity,
  samples: Infinity,
};

/** A flat fraction of the paper's epochs can't bring the small rates into equilibrium. */
const RELAXATION: Scale = { name: 'relaxation', fraction: 'relaxation', minimumEpochs: 4, limits: NO_LIMITS };

const DECIMAL = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i;

/**
 * Parses the `--scale` of the command line.
 *
 * @param text `quick`, `relaxation`, `paper`, or a fraction in (0, 1]
 * @throws ExperimentError if it is anything else
 */
export function parseScale(text: string): Scale {
  if (text === 'quick') return QUICK;
  if (text === 'relaxation') return RELAXATION;
  const fraction = parseFraction(text);
  if (!(fraction > 0 && fraction <= 1))
    throw new ExperimentError(
      `--scale must be quick, relaxation, paper, or a number from 0 to 1 (0 excluded), not ${JSON.stringify(text)}`,
    );
  const name = fraction === 1 ? 'paper' : String(fraction);
  return { name, fraction, minimumEpochs: 4, limits: NO_LIMITS };
}

function parseFraction(text: string): number {
  if (text === 'paper') return 1;
  return DECIMAL.test(text) ? Number(text) : NaN;
}

/** The fraction of a protocol's epochs that a scale runs, in (0, 1]; 1 where it does not go by fractions. */
export function epochFraction({ fraction }: Scale, { quick }: Pick<Protocol, 'quick'>): number {
  if (fraction === 'relaxation') return 1;
  return fraction === 'quick' ? quick.fraction : fraction;
}

/** Lengths of (1 - mu) / (eta lambda) steps that a stage has at the scale `relaxation`: with nu = 0 they are eight relaxation times. */
const RELAXATIONS = 4;

/** A stage at a scale: 4 (1 - mu) / (eta lambda M) epochs of M steps, or a fraction of the protocol's. */
function scaledStage(protocol: Protocol, { learningRate, epochs }: Stage, scale: Scale): Stage {
  if (scale.fraction !== 'relaxation') return { learningRate, epochs: scaledEpochs(protocol, epochs, scale) };
  const { base, momentum, trainingImages } = protocol;
  const steps = (RELAXATIONS * (1 - momentum)) / (learningRate * base.weightDecay);
  const needed = Math.ceil((steps * base.batchSize) / trainingImages - ROUNDING);
  return { learningRate, epochs: Math.max(scale.minimumEpochs, needed) };
}
/** What rounding may add to a whole number of epochs. */
const ROUNDING = 1e-9;

/** The scale's fraction of some epochs of a protocol, rounded; at least `minimumEpochs`. */
export const scaledEpochs = (protocol: Pick<Protocol, 'quick'>, epochs: number, scale: Scale): number =>
  Math.max(scale.minimumEpochs, Math.round(epochFraction(scale, protocol) * epochs));

/** Points of a curvature estimate, as a fraction of the run's epochs; pairs of mini-batches at each. */
const CURVATURE = { fraction: 0.1, samples: 100 };

/** The size of the curvature estimate at the end of a run. */
export const curvatureSize = ({ epochs }: RunConfig, { minimumEpochs, limits }: Scale): CurvatureSize => ({
  points: Math.max(minimumEpochs, Math.round(CURVATURE.fraction * epochs)),
  samples: Math.min(CURVATURE.samples, limits.samples),
});

/**
 * A protocol at a scale.
 *
 * @param seeds the number of sequences and of initializations that are compared; if it is left out the protocol's, as far as the scale allows
 */
export function scaledProtocol(protocol: Protocol, scale: Scale, seeds?: number): Protocol {
  const { comparison, quick } = protocol;
  const { limits } = scale;
  const scaleStage = (stage: Stage): Stage => scaledStage(protocol, stage, scale);
  const scaled: Protocol = {
    ...protocol,
    initial: scaleStage(protocol.initial),
    sequence: evenlySpaced(protocol.sequence, limits.stages).map(scaleStage),
    sequences: seeds ?? Math.min(protocol.sequences, limits.sequences),
    comparison: {
      ...comparison,
      seeds: seeds ?? Math.min(comparison.seeds, limits.initializations),
      epochs: scaledEpochs(protocol, comparison.epochs, scale),
      // The preset learning rate drops after the same fraction of the epochs at every scale.
      everyEpochs: Math.max(1, Math.round(epochFraction(scale, protocol) * comparison.everyEpochs)),
    },
    aggressiveSeeds: protocol.aggressiveSeeds.slice(0, limits.initializations),
  };
  if (scale.fraction !== 'quick') return scaled;
  return {
    ...scaled,
    title: quick.title,
    base: { ...protocol.base, ...quick.base },
    momentum: quick.momentum,
    comparison: { ...scaled.comparison, scheduleFreeRate: quick.scheduleFreeRate },
  };
}

/** At most `count` of the stages, evenly spaced, the first and the last among them. */
function evenlySpaced(all: readonly Stage[], count: number): readonly Stage[] {
  if (all.length <= count) return all;
  const indices = Array.from({ length: count }, (_, index) => Math.round((index * (all.length - 1)) / (count - 1)));
  return indices.flatMap((index) => all[index] ?? []);
}
