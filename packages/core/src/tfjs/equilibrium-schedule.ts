import type * as tf from '@tensorflow/tfjs';
import type { ScheduleOptions } from '@fdr/records';
import { equilibrium } from '../relations/schedules/equilibrium.js';
import { learningRateSchedule, type ScheduleCallbackOptions } from './learning-rate-schedule.js';

/** Options of {@link equilibriumSchedule}: those of `equilibrium`, and who hears of changes and warnings. */
export type EquilibriumScheduleOptions = Partial<ScheduleOptions<'equilibrium'>> & ScheduleCallbackOptions;

/**
 * The paper's adaptive schedule (section 3.3) as a callback of `model.fit` and `model.fitDataset`, on any backend: at an epoch's end, if
 * `|O_L / O_R - 1| < X`, then `eta <- (1 - Y) eta` and the averages begin anew. The same numbers and decisions as those of `train()`; nothing is
 * read from the device before an epoch's end.
 *
 * What the relation is about, in a model of one's own:
 *
 * - grad f is that of all that is minimized: the loss, the regularizers of the layers, and the optimizer's weight decay. Without any of the latter two
 *   |theta|^2 need not settle, nor the ratio: a warning says so.
 * - Frozen layers are no part of theta. Each trained tensor has a ratio of its own.
 * - With dropout f is the loss averaged over the masks, whose noise is part of the gradient's. The relation holds.
 * - Batch, layer and group normalisation make the weights before them scale-invariant: their `theta . grad f` is weight decay's alone, lambda |theta|^2,
 *   and their balance says that their norms have settled. A warning says so. Moving averages are no parameters.
 * - The last mini-batch of an epoch may be smaller: its noise enters the averages as it is.
 *
 * @param options `threshold` X and `decay` Y, and the rest of `equilibrium`: see `SCHEDULE_OPTIONS.equilibrium`.
 * @throws OptionError naming the option, its range and what was found; `fit` rejects with one where the optimizer is no `tfOptimizer(sgd())`.
 * @example
 * model.compile({ optimizer: tfOptimizer(sgd({ momentum: 0.9 }), { learningRate: 0.1, weightDecay: 1e-3 }), loss: 'categoricalCrossentropy' });
 * await model.fit(x, y, { epochs: 50, callbacks: equilibriumSchedule({ threshold: 0.01, decay: 0.1 }) });
 */
export function equilibriumSchedule(options: EquilibriumScheduleOptions = {}): tf.CustomCallback {
  const { onChange, onWarning, ...rule } = options;
  return learningRateSchedule(equilibrium(rule), { onChange, onWarning });
}
