import type { RunConfig } from '@fdr/records';
import { ExperimentError } from './experiment-error.js';
import type { CurvatureSize } from './job.js';
import type { PaperModel, Protocol, Stage } from './protocol.js';

/** How much of the paper's experiments is done. */
export interface Scale {
  /** As it is asked for: `paper`, `quick`, `0.1`. */
  readonly name: string;
  /** Share of the paper's epochs, in (0, 1]. */
  readonly fraction: Readonly<Record<PaperModel, number>>;
  /** No run is shorter: half of it is thrown away, and an average of fewer than two epochs' ends is none. */
  readonly leastEpochs: number;
  /** Small synthetic data instead of the paper's. */
  readonly synthetic: boolean;
  /** Most sequences, learning rates of a sequence, initializations, and samples at an estimate's point, whatever the protocol says. */
  readonly most: Readonly<Record<'seeds' | 'stages' | 'initializations' | 'samples', number>>;
}

const QUICK: Scale = {
  name: 'quick',
  fraction: { mlp: 0.03, cnn: 0.002 },
  leastEpochs: 2,
  synthetic: true,
  most: { seeds: 2, stages: 3, initializations: 1, samples: 10 },
};

/** @throws ExperimentError where it is neither `quick`, `paper` nor a fraction in (0, 1] */
export function parseScale(word: string): Scale {
  if (word === 'quick') return QUICK;
  const fraction = word === 'paper' ? 1 : /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(word) ? Number(word) : NaN;
  if (!(fraction > 0 && fraction <= 1))
    throw new ExperimentError(
      `--scale must be quick, paper, or a number from 0 to 1 (0 excluded), not ${JSON.stringify(word)}`,
    );
  return {
    ...{
      name: fraction === 1 ? 'paper' : String(fraction),
      fraction: { mlp: fraction, cnn: fraction },
      leastEpochs: 4,
    },
    ...{ synthetic: false, most: { seeds: Infinity, stages: Infinity, initializations: Infinity, samples: Infinity } },
  };
}

/** So many of the paper's epochs of a network, at least `leastEpochs`. */
export const scaledEpochs = (model: PaperModel, epochs: number, { fraction, leastEpochs }: Scale): number =>
  Math.max(leastEpochs, Math.round(fraction[model] * epochs));

/** Of a run's epochs, those that its estimate goes on for; and pairs of mini-batches at each end of one. */
const CURVATURE = { share: 0.1, samples: 100 };

/** How much of the stationary state is estimated that a run ends in. */
export const curvatureSize = ({ epochs }: RunConfig, { leastEpochs, most }: Scale): CurvatureSize => ({
  points: Math.max(leastEpochs, Math.round(CURVATURE.share * epochs)),
  samples: Math.min(CURVATURE.samples, most.samples),
});

/** The protocol at a scale. */
export function scaledProtocol(protocol: Protocol, scale: Scale, seeds = protocol.seeds): Protocol {
  const { title, base, sequence, comparison } = protocol;
  const { model } = base;
  const { momentum, ...data } = SYNTHETIC[model];
  const scaled = ({ learningRate, epochs }: Stage): Stage => ({
    learningRate,
    epochs: scaledEpochs(model, epochs, scale),
  });
  return {
    ...protocol,
    title: scale.synthetic ? `${model.toUpperCase()} on synthetic data` : title,
    ...(scale.synthetic ? { base: { ...base, ...data }, momentum } : {}),
    initial: scaled(protocol.initial),
    sequence: spread(sequence, scale.most.stages).map(scaled),
    seeds: Math.min(seeds, scale.most.seeds),
    comparison: {
      epochs: scaledEpochs(model, comparison.epochs, scale),
      // It keeps its proportions: the preset rate drops after the same share of the epochs.
      everyEpochs: Math.max(1, Math.round(scale.fraction[model] * comparison.everyEpochs)),
    },
  };
}

/** At most so many of the stages, the first and the last among them, evenly spread. */
function spread(stages: readonly Stage[], most: number): readonly Stage[] {
  if (stages.length <= most) return stages;
  const places = Array.from({ length: most }, (_, index) => Math.round((index * (stages.length - 1)) / (most - 1)));
  return places.flatMap((place) => stages[place] ?? []);
}

/**
 * Smaller batches, for more steps an epoch, and more weight decay: the parameters' slowest time, 1 / (eta lambda) steps, fits in. They
 * are too noisy for the CNN's learning rate with the paper's momentum: in batches of 20 even half of it ends in constant answers.
 */
const SYNTHETIC: Readonly<
  Record<PaperModel, Pick<RunConfig, 'dataset' | 'batchSize' | 'weightDecay'> & { readonly momentum: number }>
> = {
  mlp: { dataset: 'synthetic', batchSize: 20, weightDecay: 0.1, momentum: 0 },
  cnn: { dataset: 'synthetic-color', batchSize: 50, weightDecay: 0.1, momentum: 0.5 },
};
