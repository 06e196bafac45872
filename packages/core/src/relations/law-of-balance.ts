import type { EpochRecord, Run } from '@fdr/records';
import { layerPairs, type LayerPair } from './layer-pairs.js';
import { dynamicsOf } from './run-config.js';
import { sidesOf, type Sides } from './sides.js';
import type { Unknown } from './unknown.js';

/** The law of balance between two neighbouring layers. */
export interface LayersInBalance extends Pick<LayerPair, 'before' | 'after'> {
  /** Left: lambda <D>. Right: the noise of the first layer less that of the second. `defect` is relative to the terms of all tensors. */
  readonly sides: Sides;
  /** <D> itself, where the observable `parametersSquared` is recorded: times lambda it is the left side, to rounding. */
  readonly difference: number | undefined;
}

/** What the law of balance is read from. */
export type LawOfBalanceEpoch = Pick<EpochRecord, 'layers' | 'observables'>;

/**
 * The law of balance between each layer and the next one, for networks of ReLU and max-pooling: `D = |W_l|^2 + |b_l|^2 - |W_{l+1}|^2`, what the units
 * between two layers are put in with less what they are taken out with. Scaling them up before and down after changes no output, so that for each
 * mini-batch the data's part of `W_l . g_{W_l} + b_l . g_{b_l} - W_{l+1} . g_{W_{l+1}}` is zero, and that of the L2 term is left: with O_L and O_R (17) of each tensor,
 *
 *     O_L(W_l) + O_L(b_l) - O_L(W_{l+1})  =  lambda D                                   at each step, stationary or not
 *     D' = D - 2 eta [ lambda D - ( O_R(W_l) + O_R(b_l) - O_R(W_{l+1}) ) ]              for mu = nu = 0, exactly
 *     lambda <D>  =  < O_R(W_l) + O_R(b_l) - O_R(W_{l+1}) >                             in the stationary state, for any mu and nu
 *
 * It is the difference of (FDR1') of two layers, without the noise of their data, and settles in the relaxation time `relaxationSteps` whatever
 * the data are. Kinks and ties do not matter: the identity holds wherever the gradient is that of automatic differentiation.
 *
 * Source: Ziyin et al., arXiv 2308.06671 and 2402.07193 (NeurIPS 2024), without weight decay in continuous time; the discrete form follows from (10), (11), (17).
 *
 * @param epoch its half-running averages (15).
 * @returns the reason, where it is not known: another optimizer than SGD, or O_L from a centre. Each pair is NaN where its tensors are not recorded.
 */
export function lawOfBalance(
  { layers, observables = {} }: LawOfBalanceEpoch,
  { config, parameters }: Pick<Run, 'config' | 'parameters'>,
): readonly LayersInBalance[] | Unknown {
  if (!dynamicsOf(config.optimizer)) return { unknown: `O_R is not defined with ${config.optimizer.kind}` };
  if (config.centre !== undefined) return { unknown: 'O_L is measured from a centre, not from the origin' };
  return layerPairs(parameters.map(({ name }) => name)).map(({ before, after, incoming, outgoing }) => {
    const terms = (of: (tensor: string) => number): number[] => [
      ...incoming.map(of),
      ...outgoing.map((tensor) => -of(tensor)),
    ];
    const squares = terms((tensor) => observables[`parametersSquared/${tensor}`] ?? NaN);
    const difference = squares.reduce((sum, term) => sum + term, 0);
    return {
      before,
      after,
      sides: sidesOf(
        terms((tensor) => layers[tensor]?.oLHalf ?? NaN),
        terms((tensor) => layers[tensor]?.oRHalf ?? NaN),
      ),
      difference: Number.isNaN(difference) ? undefined : difference,
    };
  });
}
