import { secondRelation, stationaryRun, type SecondRelation } from '@fdr/core';
import { numberText, secondRelationPanels } from '@fdr/figures';
import { verdictOf, type Claim } from '../claim.js';
import type { MadeRun } from '../made-run.js';
import type { PlannedFigure } from '../plan.js';
import type { DrawnFigure } from './drawn-figure.js';

/** How far from the line, as a part of it, counts as having left. */
const TOLERANCE = 0.1;
/** Up to here the paper finds the multilayer perceptron harmonic; down to there it finds the convolutional network anharmonic. */
const HARMONIC_UP_TO = 0.01;
const ANHARMONIC_DOWN_TO = 0.001;

/** Figure 3: <O_FB> of every run of every sequence against its learning rate. */
export function drawSecondRelation({ protocol, model }: PlannedFigure, made: readonly MadeRun[]): DrawnFigure {
  const relation = secondRelation(
    made
      .filter(({ part }) => part.kind === 'stage')
      .map(({ records: { run, epochs } }) => stationaryRun(epochs, run.config)),
    { tolerance: TOLERANCE },
  );
  const { points, slope, trace, noiseTrace, curvature, departure } = relation;
  const bounds = ({ mean, low, high }: typeof slope): number[] => [mean, low, high];
  return {
    title: `Figure 3: full-batch observable against the learning rate, ${protocol.title}`,
    caption:
      'Stationary average of O_FB (18), from half-running averages at the end of each run: mean and 95 % confidence interval (Student) ' +
      'over the sequences. The straight line goes through the origin and the smallest learning rate, as the second ' +
      'fluctuation-dissipation relation (FDR2) has it where the landscape is harmonic.',
    panels: secondRelationPanels({ points, slope: slope.mean, tolerance: TOLERANCE }),
    claims: [vanishing(relation), model === 'mlp' ? linear(relation) : anharmonic(relation)],
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
            ['Tr(H C) = 2 <O_FB> / η', ...bounds(trace)],
            ['Tr C', ...bounds(noiseTrace)],
            ['mean curvature Tr(H C) / Tr C', ...bounds(curvature)],
            [
              `η at which <O_FB> leaves the line by ${100 * TOLERANCE} %`,
              departure.learningRate,
              departure.low,
              departure.high,
            ],
          ],
        },
      },
    ],
  };
}

/** Claim of section 3.2: O_FB goes to zero with the learning rate. */
export function vanishing({ points }: SecondRelation): Claim {
  const means = points.map(({ oFB }) => oFB.mean);
  return {
    statement: 'At small learning rates the full-batch observable approaches zero.',
    place: 'section 3.2, figure 3',
    test: '<O_FB> falls with every step down in η',
    measured: points
      .map(({ learningRate, oFB }) => `${numberText(oFB.mean)} at η = ${numberText(learningRate)}`)
      .join(', '),
    verdict: verdictOf(means.every((mean, index) => index === 0 || mean > (means[index - 1] as number))),
  };
}

/** Claim of figure 3(a): linear up to 0.01. */
export function linear({ points, departure }: SecondRelation): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= HARMONIC_UP_TO);
  return {
    statement: `For the MLP the full-batch observable is linear in η for η ≤ ${HARMONIC_UP_TO}.`,
    place: 'section 3.2, figure 3(a)',
    test: `<O_FB> is within ${100 * TOLERANCE} % of the line at every η ≤ ${HARMONIC_UP_TO}`,
    measured: `${ratios(small)}; it leaves the line at η = ${numberText(departure.learningRate)}`,
    // The line goes through the first point: a second one is needed to test it.
    verdict: verdictOf(
      small.length < 2 ? undefined : small.every(({ lineRatio }) => Math.abs(lineRatio.mean - 1) < TOLERANCE),
    ),
  };
}

/** Claim of figure 3(b): not linear, down to 0.001. */
export function anharmonic({ points, departure }: SecondRelation): Claim {
  const small = points.filter(({ learningRate }) => learningRate <= ANHARMONIC_DOWN_TO);
  const bounded = points.some(({ lineRatio }, index) => index > 0 && Number.isFinite(lineRatio.low));
  return {
    statement: `For the CNN anharmonicity is pronounced even down to η of about ${ANHARMONIC_DOWN_TO}.`,
    place: 'section 3.2, figure 3(b)',
    test: `from η = ${ANHARMONIC_DOWN_TO} on, the 95 % interval of <O_FB> over the line excludes 1`,
    measured: `${ratios(small)}; it is told from the line from η = ${numberText(departure.detected)} on`,
    verdict: verdictOf(small.length < 2 || !bounded ? undefined : departure.detected <= ANHARMONIC_DOWN_TO),
  };
}

function ratios(points: SecondRelation['points']): string {
  return points
    .map(({ learningRate, lineRatio: { mean, low, high } }) => {
      const range = low < high ? ` (${numberText(low, 3)} to ${numberText(high, 3)})` : '';
      return `${numberText(mean)}${range} of the line at η = ${numberText(learningRate)}`;
    })
    .join(', ');
}
