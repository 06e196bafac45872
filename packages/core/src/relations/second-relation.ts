import { inRange, OptionError } from '../validate.js';
import { CONFIDENCE, interval, ratioInterval, type Interval } from './confidence.js';
import { deviationOnset, type DeviationOnset } from './deviation.js';

/** The averages of one stationary run at one learning rate; `stationaryRun` computes them from a run's epochs. */
export interface SecondRelationRun {
  readonly learningRate: number;
  readonly seed: number;
  /** <O_FB> (18) of this run. */
  readonly oFB: number;
  /** <-v' . grad f> at random steps of this run, <O_FB> for any sampling; undefined where it was not read. */
  readonly descent?: number | undefined;
  /** <|v|^2> of this run, v after the update: Tr C~ without momentum and dampening. */
  readonly noiseTrace: number;
}

/** Averages at one learning rate, with intervals over the runs of several seeds. */
export interface SecondRelationPoint {
  readonly learningRate: number;
  readonly seeds: readonly number[];
  /** G(eta) = <O_FB>. */
  readonly oFB: Interval;
  /** Height of the straight line at this learning rate. */
  readonly line: number;
  /** 2 <O_FB> / eta: Tr(H C~), with momentum Tr(H <v v>). */
  readonly trace: Interval;
  readonly noiseTrace: Interval;
  /** `trace / noiseTrace`, run by run: the second derivative averaged over the directions of the noise. */
  readonly curvature: Interval;
  /** O_FB over the line; 1, without error, at the smallest learning rate. */
  readonly lineRatio: Interval;
  /** Curvature over that at the smallest learning rate; 1, without error, there. */
  readonly curvatureRatio: Interval;
}

/** The landscape as (FDR2) gives it. */
export interface SecondRelation {
  /** By rising learning rate. */
  readonly points: readonly SecondRelationPoint[];
  /** Of the line through the origin and the point of the smallest learning rate: `G(eta) / eta` there. */
  readonly slope: Interval;
  /** Tr(H C~) = 2 slope, around the valley that the smallest learning rate explores. */
  readonly trace: Interval;
  readonly noiseTrace: Interval;
  /** Tr(H C~) / Tr C~. */
  readonly curvature: Interval;
  /** Where G(eta) leaves the line. */
  readonly deviation: DeviationOnset;
  /** Where the curvature leaves its value at the smallest learning rate. */
  readonly curvatureDeviation: DeviationOnset;
}

/** Options of {@link secondRelation}. */
export interface SecondRelationOptions {
  /** Level of the intervals, in (0, 1); 0.95 by default. */
  readonly confidence?: number | undefined;
  /** Relative distance from the line that counts as having left it; above 0, 0.1 by default. */
  readonly tolerance?: number | undefined;
}

/**
 * Estimates the landscape from (FDR2), as section 3.2 and figure 3 do: `<O_FB> = 1/2 eta Tr(H C~) + O(eta^2)`.
 *
 * There are two deviations. G(eta) leaves its line as soon as H **or** the noise changes with eta, and even on a quadratic with
 * constant noise, where `G(eta) / eta` grows like `1 / (1 - eta h / 2)` because C~ contains |grad f|^2. The curvature
 * `2 G(eta) / (eta Tr C~)` is divided by the measured noise. On a quadratic with independent mini-batches it is a mean of the curvatures h_i,
 *
 *     sum_i h_i w_i / sum_i w_i,   w_i = c_i / (2 (1 + mu) - (1 - nu) eta h_i),
 *
 * c_i being the variance of the mini-batch gradient along i. It is the same at every eta if all h_i are equal; else it rises with eta, since
 * stiff directions weigh more the nearer they come to instability: with h = 1 and 20 and equal noise it rises from 10.5 at eta -> 0 to 16.7 at
 * eta = 0.08. A deviation of the curvature alone is therefore no proof of another shape unless eta h << 2 (1 + mu) / (1 - nu) everywhere.
 *
 * Intervals are Student's, over seeds. Runs at different learning rates are treated as independent, also where one continued
 * the other.
 *
 * @param runs at two learning rates or more, in any order; with one seed alone the intervals are unbounded.
 * @throws OptionError if there are fewer than two learning rates, a run occurs twice, or a number is not finite.
 * @example secondRelation([0.1, 0.2].map((learningRate) => ({ learningRate, seed: 1, oFB: learningRate / 2, noiseTrace: 2 }))).curvature.mean // 0.5
 */
export function secondRelation(
  runs: readonly SecondRelationRun[],
  options: SecondRelationOptions = {},
): SecondRelation {
  const level = inRange('confidence', options.confidence ?? CONFIDENCE, { above: 0, below: 1 });
  const tolerance = inRange('tolerance', options.tolerance ?? 0.1, { above: 0 });
  const [smallest, ...larger] = byLearningRate(runs);
  if (!smallest || larger.length === 0)
    throw new OptionError('runs', 'at two learning rates or more', smallest ? 1 : 0);
  const slopeOf = ({ learningRate, oFB }: SecondRelationRun) => oFB / learningRate;
  const curvatureOf = (run: SecondRelationRun) => (2 * slopeOf(run)) / run.noiseTrace;
  const slope = interval(smallest.runs.map(slopeOf), level);
  const pointOf = (group: Group): SecondRelationPoint => {
    const { learningRate, runs: own } = group;
    const intervalOf = (value: (run: SecondRelationRun) => number) => interval(own.map(value), level);
    const overSmallest = (value: (run: SecondRelationRun) => number): Interval =>
      group === smallest
        ? { mean: 1, low: 1, high: 1 }
        : ratioInterval(own.map(value), smallest.runs.map(value), level);
    return {
      learningRate,
      seeds: own.map(({ seed }) => seed),
      oFB: intervalOf(({ oFB }) => oFB),
      line: slope.mean * learningRate,
      trace: intervalOf((run) => 2 * slopeOf(run)),
      noiseTrace: intervalOf(({ noiseTrace }) => noiseTrace),
      curvature: intervalOf(curvatureOf),
      lineRatio: overSmallest(slopeOf),
      curvatureRatio: overSmallest(curvatureOf),
    };
  };
  const first = pointOf(smallest);
  const points = [first, ...larger.map(pointOf)];
  const deviationOf = (ratio: 'lineRatio' | 'curvatureRatio') =>
    deviationOnset(
      points.map((point) => ({ learningRate: point.learningRate, ratio: point[ratio] })),
      tolerance,
    );
  return {
    points,
    slope,
    trace: first.trace,
    noiseTrace: first.noiseTrace,
    curvature: first.curvature,
    deviation: deviationOf('lineRatio'),
    curvatureDeviation: deviationOf('curvatureRatio'),
  };
}

interface Group {
  readonly learningRate: number;
  readonly runs: readonly SecondRelationRun[];
}

/** The runs in groups, by rising learning rate. */
function byLearningRate(runs: readonly SecondRelationRun[]): Group[] {
  const groups = new Map<number, SecondRelationRun[]>();
  for (const [index, run] of runs.entries()) {
    const { learningRate, seed } = run;
    inRange(`runs[${index}].learningRate`, learningRate, { above: 0 });
    inRange(`runs[${index}].oFB`, run.oFB, {});
    inRange(`runs[${index}].noiseTrace`, run.noiseTrace, { above: 0 });
    const group = groups.get(learningRate) ?? [];
    if (group.some((other) => other.seed === seed))
      throw new OptionError(`runs[${index}]`, 'the only one of its learning rate and seed', `${learningRate}, ${seed}`);
    groups.set(learningRate, [...group, run]);
  }
  return [...groups]
    .map(([learningRate, own]) => ({ learningRate, runs: own }))
    .sort((a, b) => a.learningRate - b.learningRate);
}
