import type { Claim } from '@fdr/records';
import {
  formatNumber,
  dynamicsOf,
  interval,
  secondRelation,
  stationaryRun,
  type SecondRelation,
} from '@fdr/core/relations';
import { secondRelationPanels } from '@fdr/figures';
import { verdictOf } from '../claim.js';
import type { CompletedRun, CompletedEstimate } from '../completed-run.js';
import type { PlannedFigure } from '../plan.js';
import { crossCheck, crossCheckTables, sameCurvature } from './cross-check.js';
import type { DrawnFigure } from './drawn-figure.js';

/** How far from the line, as a part of it, counts as having left. */
const TOLERANCE = 0.1;
/** Up to here the paper finds the multilayer perceptron harmonic; down to there it finds the convolutional network anharmonic. */
const HARMONIC_UP_TO = 0.01;
const ANHARMONIC_DOWN_TO = 0.001;

/** Figure 3: <O_FB> of every run of every sequence against its learning rate, and what Hessian-vector products make of its slope. */
export function drawSecondRelation(
  { protocol, model }: PlannedFigure,
  made: readonly CompletedRun[],
  estimates: readonly CompletedEstimate[],
): DrawnFigure {
  const runs = made
    .filter(({ part }) => part.kind === 'stage')
    .flatMap(({ records: { run, epochs } }) => {
      const dynamics = dynamicsOf(run.config.optimizer);
      return dynamics ? [stationaryRun(epochs, { ...dynamics, seed: run.config.seed })] : [];
    });
  const relation = secondRelation(runs, { tolerance: TOLERANCE });
  const check = estimates.length > 0 ? crossCheck(runs, estimates, protocol.momentum) : undefined;
  const { points, slope, trace, noiseTrace, curvature, deviation } = relation;
  // With momentum the steps are v', not -g: (29) instead of (FDR2).
  const [along, square] = protocol.momentum > 0 ? ['<v′ · H v′>', '<|v′|²>'] : ['Tr(H C)', 'Tr C'];
  const bounds = ({ mean, low, high }: typeof slope): number[] => [mean, low, high];
  return {
    title: `Figure 3: full-batch observable against the learning rate, ${protocol.title}`,
    caption:
      'Stationary average of O_FB (18), from half-running averages at the end of each run: mean and 95 % confidence interval (Student) ' +
      'over the sequences. The straight line goes through the origin and the smallest learning rate, as the second ' +
      'fluctuation-dissipation relation (FDR2) has it where the landscape is harmonic.' +
      (check
        ? ' The dashed one has the slope that Hessian-vector products give. The relation takes mini-batches as independent; those of one shuffle ' +
          'are not, and where 1 / (η h) is longer than an epoch O_FB at epochs’ ends comes out smaller than it says.'
        : ''),
    panels: (theme) =>
      secondRelationPanels(
        {
          ...{ points, slope: slope.mean, tolerance: TOLERANCE },
          productsSlope: check && interval(check.products).mean / 2,
        },
        theme,
      ),
    claims: [
      vanishing(relation),
      model === 'mlp' ? linear(relation) : anharmonic(relation),
      ...(check ? [sameCurvature(check)] : []),
    ],
    tables: [
      {
        title: 'Points',
        table: {
          columns: ['learning rate', 'runs', '<O_FB>', '95 % from', 'to', 'over the line', '95 % from', 'to'],
          rows: points.map(({ learningRate, seeds, oFB, lineRatio }) => [
            ...[learningRate, seeds.length, ...bounds(oFB), ...bounds(lineRatio)],
          ]),
        },
      },
      {
        title: 'What the landscape is like at the smallest learning rate',
        table: {
          columns: ['quantity', 'value', '95 % from', 'to'],
          rows: [
            [`${along} = 2 <O_FB> / η`, ...bounds(trace)],
            [square, ...bounds(noiseTrace)],
            [`mean curvature ${along} / ${square}`, ...bounds(curvature)],
            [
              `η at which <O_FB> leaves the line by ${100 * TOLERANCE} %`,
              deviation.learningRate,
              deviation.low,
              deviation.high,
            ],
          ],
        },
      },
      ...(check ? crossCheckTables(check, relation, estimates) : []),
    ],
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
    verdict: verdictOf(means.every((mean, index) => index === 0 || mean > (means[index - 1] as number))),
  };
}

/** Claim of figure 3(a): linear up to 0.01. */
export function linear({ points, deviation }: SecondRelation): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= HARMONIC_UP_TO);
  const near = small.every(({ lineRatio }) => Math.abs(lineRatio.mean - 1) < TOLERANCE);
  const apart = small.some(({ lineRatio: { low, high } }) => low > 1 + TOLERANCE || high < 1 - TOLERANCE);
  return {
    statement: `For the MLP the full-batch observable is linear in η for η ≤ ${HARMONIC_UP_TO}.`,
    section: 'section 3.2, figure 3(a)',
    test:
      `<O_FB> is within ${100 * TOLERANCE} % of the line at every η ≤ ${HARMONIC_UP_TO}; it does not hold where a 95 % interval ` +
      'lies outside of that',
    measured: `${ratios(small)}; it leaves the line at η = ${formatNumber(deviation.learningRate)}`,
    // The line goes through the first point: a second one is needed to test it.
    verdict: verdictOf(small.length < 2 || (!near && !apart) ? undefined : near),
  };
}

/** Claim of figure 3(b): not linear, down to 0.001. */
export function anharmonic({ points, deviation }: SecondRelation): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= ANHARMONIC_DOWN_TO);
  const bounded = points.some(({ lineRatio }, index) => index > 0 && Number.isFinite(lineRatio.low));
  return {
    statement: `For the CNN anharmonicity is pronounced even down to η of about ${ANHARMONIC_DOWN_TO}.`,
    section: 'section 3.2, figure 3(b)',
    test: `from η = ${ANHARMONIC_DOWN_TO} on, the 95 % interval of <O_FB> over the line excludes 1`,
    measured: `${ratios(small)}; it is told from the line from η = ${formatNumber(deviation.detected)} on`,
    verdict: verdictOf(small.length < 2 || !bounded ? undefined : deviation.detected <= ANHARMONIC_DOWN_TO),
  };
}

function ratios(points: SecondRelation['points']): string {
  return points
    .map(({ learningRate, lineRatio: { mean, low, high } }) => {
      const range = low < high ? ` (${formatNumber(low, 3)} to ${formatNumber(high, 3)})` : '';
      return `${formatNumber(mean)}${range} of the line at η = ${formatNumber(learningRate)}`;
    })
    .join(', ');
}
