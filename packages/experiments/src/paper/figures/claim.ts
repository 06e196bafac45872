import { formatInterval, jointVerdict, verdictOf, type Interval } from '@fdr/core/relations';
import type { Claim, Measurement, Tolerance } from '@fdr/records';

/** What a claim says, where the paper says it, how it is tested, and the values for which it is true. */
export interface ClaimDefinition extends Pick<Claim, 'statement' | 'section' | 'test'> {
  readonly tolerance: Tolerance;
}

/** A value with its 95 % interval, and why it cannot decide, if it cannot. */
export interface Measured extends Interval, Pick<Measurement, 'quantity' | 'obstacle'> {}

/**
 * Judges a claim by values that must all lie inside its tolerance.
 *
 * @param measured the values; a claim without any is undecided
 */
export function judged(definition: ClaimDefinition, measured: readonly Measured[]): Claim {
  const { tolerance } = definition;
  const measurements = measured.map((one): Measurement => ({
    ...one,
    verdict: one.obstacle === undefined ? verdictOf(one, tolerance) : 'undecided',
  }));
  return {
    ...definition,
    measurements,
    measured: measurements.length === 0 ? 'nothing' : measurements.map(measurementText).join('; '),
    verdict: jointVerdict(measurements.map(({ verdict }) => verdict)),
  };
}

const measurementText = ({ quantity, obstacle, ...interval }: Measurement): string =>
  `${quantity}: ${formatInterval(interval)}${obstacle === undefined ? '' : `, undecided because ${obstacle}`}`;

/** The interval of a value of which nothing is known but itself. */
export const unbounded = (mean: number): Interval => ({ mean, low: -Infinity, high: Infinity });
