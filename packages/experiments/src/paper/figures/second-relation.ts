import {
  dynamicsOf,
  formatNumber,
  interval,
  secondRelation,
  stationaryRun,
  type Interval,
  type SecondRelation,
  type SecondRelationRun,
} from '@fdr/core/relations';
import { secondRelationPanels } from '@fdr/figures';
import type { Claim } from '@fdr/records';
import { verdictOf } from './claim.js';
import type { CompletedParts, CompletedRun } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import type { Landscape, Protocol } from '../protocols/protocol.js';
import { crossCheck, crossCheckTables, noiseName, rightSide, sameCurvature } from './cross-check.js';
import { descentClaims, descentPoints, descentTables } from './descent.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';
import { predictedCurve, predictedPoints, predictionClaims, predictionTable, type EpochShape } from './shuffling.js';

/** Relative distance from the line that counts as a departure. */
const TOLERANCE = 0.1;

const CAPTION =
  'Stationary average of O_FB (18), from half-running averages at the end of each run: mean and 95 % confidence interval (Student) ' +
  'over the sequences. The straight line goes through the origin and the smallest learning rate, as the second ' +
  'fluctuation-dissipation relation (FDR2) has it where the landscape is harmonic.';

const CROSS_CHECK_CAPTION =
  ' The dashed one has the slope that Hessian-vector products give. The relation takes mini-batches as independent; those of one shuffle ' +
  'are not, and where 1 / (η h) is longer than an epoch O_FB at epochs’ ends comes out smaller than it says: as the third line has it, predicted ' +
  'from the curvatures that the noise sees (Lanczos) where the landscape is harmonic.';

/** Figure 3: <O_FB> of every run of every sequence against its learning rate, and its slope from Hessian-vector products. */
export function drawSecondRelation(
  { protocol }: PlannedFigure,
  { runs: completed, estimates }: CompletedParts,
): DrawnFigure {
  const runs = stationaryRuns(completed);
  const relation = secondRelation(runs, { tolerance: TOLERANCE });
  const { points, slope, curvature } = relation;
  const descents = descentPoints(runs);
  const figure = { points, slope: slope.mean, tolerance: TOLERANCE, descents };
  const drawn: DrawnFigure = {
    title: `Figure 3: full-batch observable against the learning rate, ${protocol.title}`,
    caption: CAPTION,
    panels: (theme) => secondRelationPanels(figure, theme),
    claims: [vanishing(relation), landscapeClaim(protocol.landscape, relation)],
    tables: [pointTable(relation), landscapeTable(relation, protocol.momentum > 0), ...descentTables(descents)],
  };
  if (estimates.length === 0) return drawn;
  const shape = epochShape(completed, protocol);
  const check = crossCheck(runs, estimates, shape);
  const predicted = predictedPoints(runs, estimates, shape);
  const prediction = predictedCurve(points.at(-1)?.learningRate ?? NaN, estimates, shape);
  const productsSlope = interval(check.products).mean / 2;
  return {
    ...drawn,
    caption: CAPTION + CROSS_CHECK_CAPTION,
    panels: (theme) => secondRelationPanels({ ...figure, productsSlope, prediction }, theme),
    claims: [
      ...drawn.claims,
      sameCurvature(check),
      ...descentClaims(runs, check, TOLERANCE),
      ...predictionClaims(predicted, shape, TOLERANCE),
    ],
    tables: [...drawn.tables, predictionTable(predicted), ...crossCheckTables(check, curvature, estimates)],
  };
}

/** How the stages of the sequences go through an epoch: all in the same way. */
function epochShape(completed: readonly CompletedRun[], { momentum, dampening }: Protocol): EpochShape {
  const stage = completed.find(({ role }) => role.kind === 'stage');
  if (!stage) throw new Error('figure 3 is drawn from stages');
  const { stepsPerEpoch, config } = stage.records.run;
  return { momentum, dampening, steps: stepsPerEpoch, sampling: config.sampling };
}

/** The stationary averages of the runs of the sequences; those without mu and nu are left out. */
const stationaryRuns = (completed: readonly CompletedRun[]): SecondRelationRun[] =>
  completed
    .filter(({ role }) => role.kind === 'stage')
    .flatMap(({ records: { run, epochs } }) => {
      const dynamics = dynamicsOf(run.config.optimizer);
      return dynamics ? [stationaryRun(epochs, { ...dynamics, seed: run.config.seed })] : [];
    });

const bounds = ({ mean, low, high }: Interval): number[] => [mean, low, high];

const pointTable = ({ points }: SecondRelation): TitledTable => ({
  title: 'Points',
  table: {
    columns: ['learning rate', 'runs', '<O_FB>', '95 % from', 'to', 'over the line', '95 % from', 'to'],
    rows: points.map(({ learningRate, seeds, oFB, lineRatio }) => [
      learningRate,
      seeds.length,
      ...bounds(oFB),
      ...bounds(lineRatio),
    ]),
  },
});

/** @param momentum whether the steps are along v', not -g: (29) instead of (FDR2) */
function landscapeTable({ trace, noiseTrace, curvature, deviation }: SecondRelation, momentum: boolean): TitledTable {
  const numerator = rightSide(momentum);
  const denominator = noiseName(momentum);
  return {
    title: 'What the landscape is like at the smallest learning rate',
    table: {
      columns: ['quantity', 'value', '95 % from', 'to'],
      rows: [
        [`${numerator} = 2 <O_FB> / η`, ...bounds(trace)],
        [denominator, ...bounds(noiseTrace)],
        [`mean curvature ${numerator} / ${denominator}`, ...bounds(curvature)],
        [
          `η at which <O_FB> leaves the line by ${100 * TOLERANCE} %`,
          deviation.learningRate,
          deviation.low,
          deviation.high,
        ],
      ],
    },
  };
}

/** Claim of section 3.2: O_FB goes to zero with the learning rate. */
export function vanishing({ points }: SecondRelation): Claim {
  const means = points.map(({ oFB }) => oFB.mean);
  return {
    statement: 'At small learning rates the full-batch observable approaches zero.',
    section: 'section 3.2, figure 3',
    test: '<O_FB> falls with every step down in η',
    measured: points
      .map(({ learningRate, oFB }) => `${formatNumber(oFB.mean)} at η = ${formatNumber(learningRate)}`)
      .join(', '),
    verdict: verdictOf(means.slice(1).every((mean, index) => mean > (means[index] ?? NaN))),
  };
}

function landscapeClaim(landscape: Landscape, relation: SecondRelation): Claim {
  switch (landscape.kind) {
    case 'harmonic':
      return linear(relation, landscape.upTo);
    case 'anharmonic':
      return anharmonic(relation, landscape.downTo);
    default:
      return landscape satisfies never;
  }
}

/**
 * Claim of figure 3(a): <O_FB> is linear in eta.
 *
 * @param upTo the largest eta of the claim
 */
export function linear({ points, deviation }: SecondRelation, upTo: number): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= upTo);
  const near = small.every(({ lineRatio }) => Math.abs(lineRatio.mean - 1) < TOLERANCE);
  const outside = small.some(({ lineRatio: { low, high } }) => low > 1 + TOLERANCE || high < 1 - TOLERANCE);
  // The line goes through the first point: a second one is needed to test it.
  const decided = small.length >= 2 && (near || outside);
  return {
    statement: `For the MLP the full-batch observable is linear in η for η ≤ ${upTo}.`,
    section: 'section 3.2, figure 3(a)',
    test:
      `<O_FB> is within ${100 * TOLERANCE} % of the line at every η ≤ ${upTo}; it does not hold where a 95 % interval ` +
      'lies outside of that',
    measured: `${describeRatios(small)}; it leaves the line at η = ${formatNumber(deviation.learningRate)}`,
    verdict: verdictOf(decided ? near : undefined),
  };
}

/**
 * Claim of figure 3(b): <O_FB> is not linear in eta.
 *
 * @param downTo the smallest eta at which the paper sees it
 */
export function anharmonic({ points, deviation }: SecondRelation, downTo: number): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= downTo);
  const bounded = points.slice(1).some(({ lineRatio }) => Number.isFinite(lineRatio.low));
  const decided = small.length >= 2 && bounded;
  return {
    statement: `For the CNN anharmonicity is pronounced even down to η of about ${downTo}.`,
    section: 'section 3.2, figure 3(b)',
    test: `from η = ${downTo} on, the 95 % interval of <O_FB> over the line excludes 1`,
    measured: `${describeRatios(small)}; the interval excludes 1 from η = ${formatNumber(deviation.detected)} on`,
    verdict: verdictOf(decided ? deviation.detected <= downTo : undefined),
  };
}

function describeRatios(points: SecondRelation['points']): string {
  return points
    .map(({ learningRate, lineRatio: { mean, low, high } }) => {
      const range = low < high ? ` (${formatNumber(low, 3)} to ${formatNumber(high, 3)})` : '';
      return `${formatNumber(mean)}${range} of the line at η = ${formatNumber(learningRate)}`;
    })
    .join(', ');
}
