import { inRange, OptionError } from '../validate.js';
import { CONFIDENCE, interval, ratioInterval, type Interval } from './confidence.js';
import { deviationOnset, type DeviationOnset } from './deviation.js';

/** What one stationary run at one learning rate contributes; `stationaryRun` reads it from a run's epochs. */
export interface SecondRelationRun {
  readonly learningRate: number;
  readonly seed: number;
  /** <O_FB> (18) of this run. */
  readonly oFB: number;
  /** <|v|^2> of this run, v after the update: Tr C~ without momentum and dampening. */
  readonly noiseTrace: number;
}

/** One learning rate; intervals over the seeds' runs. */
export interface SecondRelationPoint {
  readonly learningRate: number;
  readonly seeds: readonly number[];
  /** G(eta) = <O_FB>. */
  readonly oFB: Interval;
  /** The straight line at this learning rate. */
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

export interface SecondRelationOptions {
  /** Level of the intervals, in (0, 1); 0.95 by default. */
  readonly confidence?: number;
  /** How far from the line, as a part of it, counts as having left; above 0, 0.1 by default. */
  readonly tolerance?: number;
}

/**
 * Reads the landscape from (FDR2), as section 3.2 and figure 3: `<O_FB> = 1/2 eta Tr(H C~) + O(eta^2)`.
 *
 * Two deviations tell two things. G(eta) leaves its line as soon as H **or** the noise changes with eta, and even on a quadratic with
 * constant noise, where `G(eta) / eta` grows like `1 / (1 - eta h / 2)` because C~ contains |grad f|^2. The curvature
 * `2 G(eta) / (eta Tr C~)` has the measured noise divided out: on a quadratic it is constant, exactly, at every eta, so its deviation is that of the
 * shape alone.
 *
 * Intervals are Student's, over seeds; runs at different learning rates are taken as independent, also where one went on from
 * the other.
 *
 * @param runs at two learning rates or more, in any order; with one seed alone the intervals have no bounds.
 * @throws OptionError naming what is wrong: fewer than two learning rates, the same run twice, numbers that are not finite.
 * @example secondRelation([0.1, 0.2].map((learningRate) => ({ learningRate, seed: 1, oFB: learningRate / 2, noiseTrace: 2 }))).curvature.mean // 0.5
 */
export function secondRelation(
  runs: readonly SecondRelationRun[],
  options: SecondRelationOptions = {},
): SecondRelation {
  const level = inRange('confidence', options.confidence ?? CONFIDENCE, { above: 0, below: 1 });
  const tolerance = inRange('tolerance', options.tolerance ?? 0.1, { above: 0 });
  const groups = byLearningRate(runs);
  const [smallest] = groups as [Group];
  const slopeOf = ({ learningRate, oFB }: SecondRelationRun) => oFB / learningRate;
  const curvatureOf = (run: SecondRelationRun) => (2 * slopeOf(run)) / run.noiseTrace;
  const slope = interval(smallest.runs.map(slopeOf), level);
  const points = groups.map((group): SecondRelationPoint => {
    const { learningRate, runs: own } = group;
    const of = (value: (run: SecondRelationRun) => number) => interval(own.map(value), level);
    const overSmallest = (value: (run: SecondRelationRun) => number): Interval =>
      group === smallest
        ? { mean: 1, low: 1, high: 1 }
        : ratioInterval(own.map(value), smallest.runs.map(value), level);
    return {
      learningRate,
      seeds: own.map(({ seed }) => seed),
      oFB: of(({ oFB }) => oFB),
      line: slope.mean * learningRate,
      trace: of((run) => 2 * slopeOf(run)),
      noiseTrace: of(({ noiseTrace }) => noiseTrace),
      curvature: of(curvatureOf),
      lineRatio: overSmallest(slopeOf),
      curvatureRatio: overSmallest(curvatureOf),
    };
  });
  const { trace, noiseTrace, curvature } = points[0] as SecondRelationPoint;
  const leaving = (ratio: 'lineRatio' | 'curvatureRatio') =>
    deviationOnset(
      points.map((point) => ({ learningRate: point.learningRate, ratio: point[ratio] })),
      tolerance,
    );
  return {
    ...{ points, slope, trace, noiseTrace, curvature },
    deviation: leaving('lineRatio'),
    curvatureDeviation: leaving('curvatureRatio'),
  };
}

interface Group {
  readonly learningRate: number;
  readonly runs: readonly SecondRelationRun[];
}

function byLearningRate(runs: readonly SecondRelationRun[]): Group[] {
  const groups = new Map<number, SecondRelationRun[]>();
  for (const [place, run] of runs.entries()) {
    const { learningRate, seed } = run;
    inRange(`runs[${place}].learningRate`, learningRate, { above: 0 });
    inRange(`runs[${place}].oFB`, run.oFB, {});
    inRange(`runs[${place}].noiseTrace`, run.noiseTrace, { above: 0 });
    const group = groups.get(learningRate) ?? [];
    if (group.some((other) => other.seed === seed))
      throw new OptionError(`runs[${place}]`, 'the only one of its learning rate and seed', `${learningRate}, ${seed}`);
    groups.set(learningRate, [...group, run]);
  }
  if (groups.size < 2) throw new OptionError('runs', 'at two learning rates or more', groups.size);
  return [...groups]
    .map(([learningRate, own]) => ({ learningRate, runs: own }))
    .sort((a, b) => a.learningRate - b.learningRate);
}
