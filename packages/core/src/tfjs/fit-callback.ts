import * as tf from '@tensorflow/tfjs';

/** What `fit` and `fitDataset` tell a callback of the training. */
export interface Fit {
  readonly model: tf.LayersModel;
  readonly epochs: number;
  /** Undefined for a data set of unknown length. */
  readonly stepsPerEpoch: number | undefined;
}

/**
 * A callback that is given the training, and yields to the page as `fit` does without one.
 *
 * Its handlers leave `onBatchEnd` out: for that TensorFlow.js reads the loss of each step from the device.
 */
export class FitCallback extends tf.CustomCallback {
  readonly #onFit: (fit: Fit) => void;

  constructor(handlers: Omit<tf.CustomCallbackArgs, 'onBatchEnd'>, onFit: (fit: Fit) => void) {
    super(handlers, 'auto');
    this.#onFit = onFit;
  }

  override setModel(model: tf.LayersModel): void {
    const { epochs, steps, samples, batchSize } = this.params;
    const known = Number(steps ?? Math.ceil(Number(samples) / Number(batchSize)));
    this.#onFit({ model, epochs: Number(epochs), stepsPerEpoch: known > 0 ? known : undefined });
  }
}
