import type { EpochRecord, Run } from '@fdr/records';
import { formatMeasured, formatNumber } from './format.js';
import { dynamicsOf } from './run-config.js';
import type { Unknown } from './unknown.js';

/** The simple noise scale at an epoch's end, and its parts. */
export interface NoiseScale {
  /** B_simple, in examples. */
  readonly examples: number;
  /** tr Sigma: the variance of one example's gradient, summed over the parameters. */
  readonly noise: number;
  /** |grad f|^2. */
  readonly gradient: number;
}

/** What the noise scale is computed from. */
export type NoiseScaleEpoch = Pick<
  EpochRecord,
  'learningRate' | 'oRHalf' | 'oFB' | 'gradientNormSquared' | 'observables'
>;

/**
 * The simple noise scale: the batch size at which the noise of a mini-batch's gradient is as large as the gradient. Much smaller batches waste no
 * example; much larger ones bring hardly more progress a step.
 *
 *     B_simple = tr Sigma / |grad f|^2,    tr Sigma = B (<|grad f^B|^2> - |grad f|^2) (N - 1) / (N - B)
 *
 * for mini-batches of B out of N examples without repetition, where N = B M, M the steps an epoch; with replacement the last factor is 1. L2 terms are part of both gradients.
 *
 * `|grad f|^2` is that of the epoch's end; `<|grad f^B|^2>` is the half-running average (15): the observable `noiseTrace` where it is recorded, and
 * otherwise, with SGD, follows from the trace of (26) by what each run records,
 *
 *     <|grad f^B|^2> = 2 [ (1 - mu) <O_R> / eta + (1 - nu) |grad f|^2 - O_FB ] / (1 - nu),    mu = 0: 2 <O_R> / ((1 - nu) eta)
 *
 * which neglects the drift of |v|^2 over the window, and takes eta as constant. In the stationary state (FDR2) says
 * `B_simple ~ B (2 / (eta h) - 1)`, h the mean curvature Tr(H C~) / Tr C~, and at epochs' ends of a shuffled training more, because `|grad f|^2` is smaller there.
 *
 * Source: McCandlish et al. 2018, arXiv 1812.06162, equation 2.9 and appendix A.1.
 *
 * @returns the reason, where it is not known: one mini-batch of all the data; Schedule-Free; another optimizer than SGD without `noiseTrace`; nothing evaluated; or no
 *   noise beside the gradient.
 */
export function noiseScale(epoch: NoiseScaleEpoch, run: Pick<Run, 'config' | 'stepsPerEpoch'>): NoiseScale | Unknown {
  const { config, stepsPerEpoch } = run;
  const { gradientNormSquared: gradient } = epoch;
  if (config.optimizer.kind === 'schedule-free')
    return { unknown: 'schedule-free takes its mini-batch gradients at another point than the evaluated one' };
  if (stepsPerEpoch < 2 && config.sampling === 'shuffle') return { unknown: 'one mini-batch is all the data' };
  const square = epoch.observables?.['noiseTrace'] ?? squareFromBalance(epoch, config.optimizer);
  if (square === undefined)
    return { unknown: `with ${config.optimizer.kind} it needs the observable noiseTrace (--observables noiseTrace)` };
  // (N - 1) / (N - B) = (1 - 1/N) / (1 - B/N)
  const correction =
    config.sampling === 'replacement' ? 1 : (1 - 1 / (config.batchSize * stepsPerEpoch)) / (1 - 1 / stepsPerEpoch);
  const noise = config.batchSize * (square - gradient) * correction;
  if (!(noise > 0 && gradient > 0 && Number.isFinite(noise)))
    return { unknown: 'the averages do not tell noise from gradient' };
  return { examples: noise / gradient, noise, gradient };
}

/** <|grad f^B|^2> by (26); undefined where the optimizer is not SGD. */
function squareFromBalance(
  { oRHalf, oFB, learningRate, gradientNormSquared }: NoiseScaleEpoch,
  optimizer: Run['config']['optimizer'],
): number | undefined {
  const dynamics = dynamicsOf(optimizer);
  if (!dynamics) return undefined;
  const undamped = 1 - dynamics.dampening;
  const speed = ((1 - dynamics.momentum) * oRHalf) / learningRate;
  return (2 * (speed + undamped * gradientNormSquared - oFB)) / undamped;
}

/** The noise scale in words, with its parts. */
export const noiseScaleText = (scale: NoiseScale | Unknown): string =>
  'unknown' in scale
    ? `not known: ${scale.unknown}`
    : `${formatNumber(scale.examples, 3)} examples = tr Sigma ${formatMeasured(scale.noise)} / |grad f|^2 ${formatMeasured(scale.gradient)}`;
