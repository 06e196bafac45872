import type { RunConfig } from '@fdr/records';
import { ExperimentError } from '../../experiment-error.js';
import type { CurvatureJob, Job, RunJob } from '../../job.js';
import { INITIAL_SEED, curvatureJob, initialJob, sequenceJobs, variantJob, type Compute } from './planned-jobs.js';
import type { Protocol } from '../protocols/protocol.js';
import { PAPER_MODELS, PROTOCOLS, type PaperModel } from '../protocols/catalogue.js';
import { scaledProtocol, type Scale } from './scale.js';
import { RIVALS } from './rivals.js';
import type { Variant } from './variants.js';

/** The figures that can be reproduced. */
export const FIGURES = ['fig1', 'fig2', 'fig3', 'fig4', 'fig5', 'figS1', 'figS2'] as const;

/** A figure that can be reproduced. */
export type FigureName = (typeof FIGURES)[number];

/** The role of a run in a figure. */
export type Role =
  | { readonly kind: 'initial' }
  /** `sequence` and `stage` count from 1. */
  | { readonly kind: 'stage'; readonly sequence: number; readonly stage: number }
  | { readonly kind: 'comparison'; readonly variant: Variant };

/** A run of a figure. */
export interface PlannedRun {
  readonly role: Role;
  readonly job: RunJob;
}

/** A curvature estimate at the end of a sequence's run at the smallest learning rate. */
export interface PlannedEstimate {
  /** Counts from 1. */
  readonly sequence: number;
  readonly job: CurvatureJob;
}

/** A figure for one network, with all that it is drawn from. */
export interface PlannedFigure {
  /** `fig1a` */
  readonly id: string;
  readonly figure: FigureName;
  /** At the scale of the plan. */
  readonly protocol: Protocol;
  readonly runs: readonly PlannedRun[];
  /** Those of figure 3; other figures have none. */
  readonly estimates: readonly PlannedEstimate[];
  /** The jobs of the runs and the estimates. */
  readonly jobs: readonly Job[];
}

/** What has to be run and drawn. */
export interface Plan {
  readonly figures: readonly PlannedFigure[];
  /** Each job once, whichever figures share it. A parent stands before its children, all runs before the estimates. */
  readonly jobs: readonly Job[];
}

/** What {@link plan} plans. */
export interface PlanOptions {
  readonly figures: readonly FigureName[];
  readonly models: readonly PaperModel[];
  readonly scale: Scale;
  /** Number of sequences of figure 3 and of initializations of figures 4, S1 and S2; the protocol's if it is left out. */
  readonly seeds?: number | undefined;
  readonly backend: RunConfig['backend'];
  /** Threads of each job. */
  readonly threads: number;
  /** How mini-batches are drawn; shuffled if it is left out, as in the paper. */
  readonly sampling?: RunConfig['sampling'] | undefined;
  /** Whether the runs of figures 1 to 3 read their descent; not if it is left out. */
  readonly descent?: boolean | undefined;
}

/**
 * Plans the jobs of figures. Figures share runs: that of figure 1 is the start of those of figures 2 and 3, the sequence of figure 2 is
 * the first one of figure 3, and figures 4, 5 and S1 share their variants.
 *
 * @param options figures and networks; a figure that the paper does not show for a network is left out for it
 * @throws ExperimentError for a figure that a scale says nothing of
 */
export function plan({ figures, models, scale, seeds, ...options }: PlanOptions): Plan {
  const other = figures.find((figure) => !['fig1', 'fig2', 'fig3'].includes(figure));
  if (scale.fraction === 'relaxation' && other !== undefined)
    throw new ExperimentError(
      `--scale relaxation is of fig1, fig2 and fig3, whose rates are constant, not of ${other}`,
    );
  const { backend, threads, sampling = 'shuffle', descent } = options;
  const planned = models.flatMap((model) => {
    const protocol = scaledProtocol(PROTOCOLS[model], scale, seeds);
    return figures.flatMap((figure) =>
      partsOf(figure, protocol, { backend, threads, sampling, descent }).map(({ letter, runs }): PlannedFigure => {
        const estimates = figure === 'fig3' ? plannedEstimates(runs, scale) : [];
        const jobs = [...runs, ...estimates].map(({ job }) => job);
        return { id: `${figure}${letter}`, figure, protocol, runs, estimates, jobs };
      }),
    );
  });
  const runs = planned.flatMap((figure) => figure.runs);
  const estimates = planned.flatMap((figure) => figure.estimates);
  const jobs = new Map<string, Job>([...runs, ...estimates].map(({ job }) => [job.key, job]));
  return { figures: planned, jobs: [...jobs.values()] };
}

/** The networks for which the paper shows a figure. */
export const modelsOf = (figure: FigureName): readonly PaperModel[] =>
  PAPER_MODELS.filter((model) => figure !== 'figS2' || PROTOCOLS[model].aggressiveSeeds.length > 0);

/** A part of a figure: `(a)` of figure 1(a). */
interface FigurePart {
  readonly letter: string;
  readonly runs: readonly PlannedRun[];
}

/** A figure's parts for one network. */
function partsOf(figure: FigureName, protocol: Protocol, compute: Compute): readonly FigurePart[] {
  const { letter } = protocol;
  const initial = initialJob(protocol, compute);
  const sequenceRuns = (count: number): PlannedRun[] =>
    Array.from({ length: count }, (_, index) =>
      sequenceJobs(protocol, index + 1, initial, compute).map((job, stage): PlannedRun => ({
        role: { kind: 'stage', sequence: index + 1, stage: stage + 1 },
        job,
      })),
    ).flat();
  const initialRun: PlannedRun = { role: { kind: 'initial' }, job: initial };
  const variantRuns = (seeds: readonly number[], variants: readonly Variant[]): PlannedRun[] =>
    seeds.flatMap((seed) =>
      variants.map((variant): PlannedRun => ({
        role: { kind: 'comparison', variant },
        job: variantJob(protocol, variant, seed, { ...compute, descent: undefined }),
      })),
    );
  const comparedSeeds = Array.from({ length: protocol.comparison.seeds }, (_, index) => INITIAL_SEED + index);
  switch (figure) {
    case 'fig1':
      return [{ letter, runs: [initialRun] }];
    case 'fig2':
      return [{ letter, runs: [initialRun, ...sequenceRuns(1)] }];
    case 'fig3':
      return [{ letter, runs: [initialRun, ...sequenceRuns(protocol.sequences)] }];
    case 'fig4':
      return [{ letter, runs: variantRuns(comparedSeeds, ['preset', 'adaptive', 'amsgrad']) }];
    case 'fig5':
      return [{ letter, runs: variantRuns(comparedSeeds, RIVALS) }];
    case 'figS1':
      return [{ letter, runs: variantRuns(comparedSeeds, ['amsgrad', 'adam']) }];
    case 'figS2':
      return protocol.aggressiveSeeds.map((seed, index) => {
        const shown = variantRuns([seed], ['preset', 'aggressive', 'amsgrad']);
        // The claims of the first part compare with the adaptive schedule of figure 4, from all its initializations.
        const others = comparedSeeds.filter((other) => other !== seed);
        const compared = [...variantRuns([seed], ['adaptive']), ...variantRuns(others, ['aggressive', 'adaptive'])];
        return { letter: 'abcdefgh'.charAt(index), runs: index === 0 ? [...shown, ...compared] : shown };
      });
    default:
      return figure satisfies never;
  }
}

/** A curvature estimate of each sequence, at the end of its run at the smallest learning rate. */
function plannedEstimates(runs: readonly PlannedRun[], scale: Scale): PlannedEstimate[] {
  const smallest = Math.min(...runs.map(({ job }) => job.config.learningRate));
  return runs.flatMap(({ role, job }) =>
    role.kind === 'stage' && job.config.learningRate === smallest
      ? [{ sequence: role.sequence, job: curvatureJob(job, role.sequence, scale) }]
      : [],
  );
}
