import type { RunConfig } from '@fdr/records';

/** Epochs of training at one learning rate. */
export interface Stage {
  /** eta */
  readonly learningRate: number;
  readonly epochs: number;
}

/** What section 3.2 finds of a network's landscape. */
export type Landscape =
  /** <O_FB> is linear in eta up to `upTo`. */
  | { readonly kind: 'harmonic'; readonly upTo: number }
  /** <O_FB> is not linear in eta even down to `downTo`. */
  | { readonly kind: 'anharmonic'; readonly downTo: number };

/** What the quick scale replaces: it shows in seconds that everything runs, not what the paper found. */
interface QuickProtocol {
  readonly title: string;
  /** Fraction of the protocol's epochs, in (0, 1]. */
  readonly fraction: number;
  /**
   * Small synthetic data; smaller batches, for more steps an epoch; and more weight decay, so that the parameters' slowest time of
   * 1 / (eta lambda) steps fits into a run.
   */
  readonly base: Pick<RunConfig, 'dataset' | 'weightDecay' | 'batchSize'>;
  /** mu in the runs that test the relations. */
  readonly momentum: number;
  /** With more weight decay the default diverges. */
  readonly scheduleFreeRate: number;
}

/** How figures 4, 5, S1 and S2 compare schedules and optimizers. */
export interface ComparisonProtocol {
  /** Epochs of each run. */
  readonly epochs: number;
  /** Epochs between two drops of the preset schedule. */
  readonly everyEpochs: number;
  /** Number of initializations; the paper shows one of figures 4 and S1, and a difference between schedules needs several. */
  readonly seeds: number;
  /**
   * Percentage points of test accuracy within which two variants are comparable: about one standard error of an accuracy a on n test images,
   * `100 sqrt(a (1 - a) / n)`. Seeds share the test images, so that their interval does not contain this error.
   */
  readonly tolerance: number;
  /** Where Schedule-Free SGD begins in figure 5; its authors' default by default. */
  readonly scheduleFreeRate?: number | undefined;
}

/** Everything that the paper says about the experiments with one network (appendix B). */
export interface Protocol {
  readonly title: string;
  /** The letter of the network's part of a figure: `a` of figure 1(a). */
  readonly letter: string;
  /** The configuration that all runs share. */
  readonly base: Pick<RunConfig, 'model' | 'dataset' | 'weightDecay' | 'batchSize'>;
  /** Training images of the data set. */
  readonly trainingImages: number;
  /** mu in the runs that test the relations; the comparison of schedules is without momentum (section 3.3). */
  readonly momentum: number;
  /** nu in the runs that test the relations. */
  readonly dampening: number;
  /** From the Xavier initialization to the parameters that all sequences start from. */
  readonly initial: Stage;
  /** Runs one after another, each from the last parameters of the one before, with zero velocity. */
  readonly sequence: readonly Stage[];
  /** Number of sequences, each with its own shuffling. */
  readonly sequences: number;
  readonly comparison: ComparisonProtocol;
  /** Seeds of the initializations of the parts of figure S2; empty if the paper does not show it for this network. */
  readonly aggressiveSeeds: readonly number[];
  readonly landscape: Landscape;
  readonly quick: QuickProtocol;
}

/**
 * Section 3.3 divides the preset learning rate by 10 each 100 epochs. The paper leaves the whole length open; 250 epochs hold two drops and
 * half the time to the third.
 */
export const COMPARISON_LENGTH: Pick<ComparisonProtocol, 'epochs' | 'everyEpochs'> = { epochs: 250, everyEpochs: 100 };

/** Stages of the same length, one for each learning rate. */
export const stages = (epochs: number, ...learningRates: readonly number[]): Stage[] =>
  learningRates.map((learningRate) => ({ learningRate, epochs }));
