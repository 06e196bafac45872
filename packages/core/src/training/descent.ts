import { slotValues, type ParameterSpec } from '../parameters.js';
import type { TensorValues } from '@fdr/program';
import { integerBeside } from '../random.js';
import { zip } from '../zip.js';
import type { Progress } from './progress.js';

/**
 * Where the descent of the epoch under way is read: after so many of its steps. Each step is as probable as any other, and where it is read does not
 * change the training.
 */
export const descentStep = ({ random }: Pick<Progress, 'random'>, stepsPerEpoch: number): number =>
  integerBeside(random, stepsPerEpoch);

/**
 * The descent of one step, `-v' . grad f = -(theta' - theta) . grad f / eta`: by how much it lowers the full-batch loss to first order, per unit of eta.
 * Without momentum and dampening it is grad f^B . grad f.
 *
 * Read at a uniformly random step of each epoch, its mean is an average over all steps, where f no longer changes in a stationary state:
 *
 *     0 = <f(theta + eta v') - f(theta)> = eta <v' . grad f> + 1/2 eta^2 <v' . H v'> + O(eta^3),   so   <-v' . grad f> = 1/2 eta <v' . H v'> + O(eta^2)
 *
 * for any momentum, dampening and sampling, with no other constant; on a harmonic landscape the higher orders vanish. It is what (18) and (29) say of
 * O_FB where mini-batches are independent: `-v' . grad f = (1-nu) grad f^B . grad f - mu v . grad f`. One reading scatters more than |grad f|^2 does.
 *
 * The displacement is the one that float32 really took.
 *
 * @param gradient grad f before the step, in the order of the parameters.
 */
export function descentOf(
  parameters: readonly ParameterSpec[],
  gradient: readonly Float64Array[],
  before: TensorValues,
  after: TensorValues,
  learningRate: number,
): number {
  let total = 0;
  const moved = zip(slotValues('parameters', parameters, before), slotValues('parameters', parameters, after));
  for (const [slope, [from, to]] of zip(gradient, moved))
    slope.forEach((value, index) => {
      total += value * ((from[index] ?? NaN) - (to[index] ?? NaN));
    });
  return total / learningRate;
}
