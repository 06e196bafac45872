import {
  dynamicsOf,
  interval,
  secondRelation,
  stationaryRun,
  type Interval,
  type SecondRelation,
  type SecondRelationRun,
} from '@fdr/core/relations';
import { secondRelationPanels, type RunRecords } from '@fdr/figures';
import type { CompletedParts } from './completed-run.js';
import type { PlannedFigure } from '../plan/plan.js';
import type { Protocol } from '../protocols/protocol.js';
import { crossCheck, crossCheckTables, noiseName, rightSide, sameCurvature } from './cross-check.js';
import { descentClaims, descentPoints, descentTables } from './descent.js';
import type { DrawnFigure, TitledTable } from './drawn-figure.js';
import { shortnessByRate } from './long-times.js';
import { DEPARTURE, landscapeClaim, vanishing } from './second-relation-claims.js';
import { predictedCurve, predictedPoints, predictionClaims, predictionTable, type EpochShape } from './shuffling.js';

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
  const stages = completed.filter(({ role }) => role.kind === 'stage').map(({ records }) => records);
  const runs = stationaryRuns(stages);
  const short = shortnessByRate(stages);
  const relation = secondRelation(runs, { tolerance: DEPARTURE });
  const { points, slope, curvature } = relation;
  const descents = descentPoints(runs);
  const figure = { points, slope: slope.mean, tolerance: DEPARTURE, descents };
  const drawn: DrawnFigure = {
    title: `Figure 3: full-batch observable against the learning rate, ${protocol.title}`,
    caption: CAPTION,
    panels: (theme) => secondRelationPanels(figure, theme),
    claims: [vanishing(runs, short), landscapeClaim(protocol.landscape, relation, short)],
    tables: [pointTable(relation), landscapeTable(relation, protocol.momentum > 0), ...descentTables(descents)],
  };
  if (estimates.length === 0) return drawn;
  const shape = epochShape(stages, protocol);
  const check = crossCheck(runs, estimates, shape);
  const predicted = predictedPoints(runs, estimates, shape);
  const prediction = predictedCurve(points.at(-1)?.learningRate ?? NaN, estimates, shape);
  const productsSlope = interval(check.products).mean / 2;
  const obstacle = short.get(check.learningRate);
  return {
    ...drawn,
    caption: CAPTION + CROSS_CHECK_CAPTION,
    panels: (theme) => secondRelationPanels({ ...figure, productsSlope, prediction }, theme),
    claims: [
      ...drawn.claims,
      sameCurvature(check, DEPARTURE, obstacle),
      ...descentClaims(runs, check, DEPARTURE, obstacle),
      ...predictionClaims(predicted, shape, DEPARTURE, short),
    ],
    tables: [...drawn.tables, predictionTable(predicted), ...crossCheckTables(check, curvature, estimates)],
  };
}

/** How the stages of the sequences go through an epoch: all in the same way. */
function epochShape(stages: readonly RunRecords[], { momentum, dampening }: Protocol): EpochShape {
  const [stage] = stages;
  if (!stage) throw new Error('figure 3 is drawn from stages');
  const { stepsPerEpoch, config } = stage.run;
  return { momentum, dampening, steps: stepsPerEpoch, sampling: config.sampling };
}

/** The stationary averages of runs; those without mu and nu are left out. */
const stationaryRuns = (stages: readonly RunRecords[]): SecondRelationRun[] =>
  stages.flatMap(({ run, epochs }) => {
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
          `η at which <O_FB> leaves the line by ${100 * DEPARTURE} %`,
          deviation.learningRate,
          deviation.low,
          deviation.high,
        ],
      ],
    },
  };
}
