import * as tf from '@tensorflow/tfjs';
import type { LearningRateReason } from '@fdr/records';
import type { RunningRelation } from '../relations/running-relation.js';
import type { Schedule, ScheduleState } from '../relations/schedules/schedule.js';
import { requireNeeds } from '../training/requirements.js';
import { OptionError } from '../validate.js';
import { FitCallback, type Fit } from './fit-callback.js';
import { modelWarnings } from './model-warnings.js';
import { monitor, type Monitor } from './monitor.js';
import { isTfOptimizer, type TfOptimizer } from './tf-optimizer.js';

/** A change of the learning rate by a schedule. */
export interface RateChange {
  /** Epochs done. */
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly reason: LearningRateReason;
}

/** Options of {@link learningRateSchedule}. */
export interface ScheduleCallbackOptions {
  readonly onChange?: ((change: RateChange) => void) | undefined;
  /** Called with a sentence for people; TensorFlow.js's console by default. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A training by `fit` that has begun. */
interface Scheduled {
  readonly optimizer: TfOptimizer;
  /** Undefined where O_R is not defined. */
  readonly watch: Monitor | undefined;
  /** Undefined until the schedule has begun. */
  state: ScheduleState | undefined;
  /** eta of the epoch's beginning. */
  rate: number;
  /** eta as it was set last: another one has been set by hand. */
  lastSet: number;
}

const UNMEASURED = { oLHalf: NaN, oRHalf: NaN, stepsUsed: 0, layers: {}, scatter: { total: undefined, layers: {} } };

/** What is logged of the relation, beside `learningRate`. */
const logsOf = ({ ratio, layers }: RunningRelation): Record<string, number> => ({
  ratio,
  ...Object.fromEntries(Object.entries(layers).map(([name, layer]) => [`ratio/${name}`, layer.ratio])),
});

function started({ model }: Fit, schedule: Schedule): Scheduled {
  const { optimizer } = model;
  if (!isTfOptimizer(optimizer))
    throw new OptionError('optimizer', 'tfOptimizer(sgd(), { learningRate }) or one like it', optimizer.getClassName());
  requireNeeds(schedule, optimizer.optimizer, false);
  const { dynamics } = optimizer.optimizer;
  return { optimizer, watch: dynamics && monitor(dynamics), state: undefined, rate: NaN, lastSet: NaN };
}

function setRate(training: Scheduled, value: number): void {
  training.optimizer.learningRate = value;
  training.lastSet = value;
}

/** Takes over a learning rate that was set by hand. */
function adoptRate(training: Scheduled): void {
  const { learningRate } = training.optimizer;
  if (learningRate !== training.lastSet) training.rate = training.lastSet = learningRate;
}

/**
 * A callback of `model.fit` and `model.fitDataset` by which a schedule of this package sets the learning rate: a built-in one, or one's own.
 * The model's optimizer must be a `tfOptimizer`. Each epoch logs `learningRate` and, with SGD, `ratio`, O_L / O_R, and `ratio/<tensor>`, so that the
 * history has them too.
 *
 * One callback is one training, which may take several calls of `fit`: averages and schedule go on. Make a new one to begin anew. A schedule by the
 * training loss reads the loss that `fit` reports.
 *
 * `fit` rejects with an OptionError naming the option, its range and what was found.
 *
 * @example model.fit(x, y, { epochs: 20, callbacks: learningRateSchedule(plateau({ patience: 3 })) })
 */
export function learningRateSchedule(schedule: Schedule, options: ScheduleCallbackOptions = {}): tf.CustomCallback {
  const { onChange, onWarning = (message: string) => tf.backend_util.warn(message) } = options;
  let fit: Fit | undefined;
  let training: Scheduled | undefined;
  let stepsOfEpoch = 0;

  function current(): { readonly fit: Fit; readonly training: Scheduled } {
    if (!fit || !training) throw new Error('this callback belongs to the fit of a LayersModel');
    return { fit, training };
  }

  function begun(epochs: number, stepsPerEpoch: number, learningRate: number): ScheduleState {
    const { state, warnings } = schedule.begin({ epochs, stepsPerEpoch, learningRate });
    for (const message of warnings) onWarning(message);
    return state;
  }

  const handlers = {
    onTrainBegin: () => {
      if (!fit) return;
      if (training?.optimizer !== fit.model.optimizer) {
        training = started(fit, schedule);
        for (const message of modelWarnings(fit.model, training.optimizer)) onWarning(message);
      }
      const { optimizer, watch } = current().training;
      optimizer.observer = watch?.observe;
    },
    onEpochBegin: (epoch: number) => {
      const { fit: { epochs, stepsPerEpoch }, training: now } = current(); // prettier-ignore
      adoptRate(now);
      stepsOfEpoch = 0;
      if (stepsPerEpoch !== undefined) now.state ??= begun(epochs - epoch, stepsPerEpoch, now.rate);
      else if (schedule.withinEpoch)
        throw new OptionError('batchesPerEpoch', `given with ${schedule.settings.kind}, which moves the rate at each step`, undefined); // prettier-ignore
    },
    onBatchBegin: (batch: number) => {
      const { fit: { stepsPerEpoch = 1 }, training: now } = current(); // prettier-ignore
      stepsOfEpoch++;
      adoptRate(now);
      if (now.state && schedule.withinEpoch)
        setRate(now, now.rate * schedule.withinEpoch(now.state, batch / stepsPerEpoch));
    },
    onEpochEnd: async (epoch: number, logs: tf.Logs = {}) => {
      const { fit: { model, epochs }, training: now } = current(); // prettier-ignore
      const relation = await now.watch?.relation();
      Object.assign(logs, { learningRate: now.rate }, relation && logsOf(relation));
      const before = now.state ?? begun(epochs - epoch, stepsOfEpoch, now.rate);
      const measured = { ...(relation ?? UNMEASURED), learningRate: now.rate, trainLoss: logs['loss'] ?? NaN };
      const { state, learningRate, reason, warning } = schedule.decide(before, measured);
      if (reason) {
        now.watch?.restart();
        onChange?.({ epoch: epoch + 1, from: now.rate, to: learningRate, reason });
      }
      if (warning !== undefined) onWarning(warning);
      now.state = state;
      now.rate = learningRate;
      setRate(now, learningRate);
      if (schedule.ended?.(state) !== undefined) model.stopTraining = true;
    },
    onTrainEnd: () => {
      if (training) training.optimizer.observer = undefined;
    },
  };
  return new FitCallback(handlers, (one) => {
    fit = one;
  });
}
