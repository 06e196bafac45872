import * as tf from '@tensorflow/tfjs';
import type { LearningRateReason } from '@fdr/records';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Task } from '../src/training/task.js';
import { crossEntropy } from '../src/losses/cross-entropy.js';
import { adam } from '../src/optimizers/adam.js';
import { amsgrad } from '../src/optimizers/amsgrad.js';
import type { Optimizer } from '../src/optimizers/optimizer.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { linear } from '../src/relations/schedules/linear.js';
import type { Schedule } from '../src/relations/schedules/schedule.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import { equilibriumSchedule } from '../src/tfjs/equilibrium-schedule.js';
import { learningRateSchedule, type RateChange } from '../src/tfjs/learning-rate-schedule.js';
import { tfOptimizer, type TfOptimizer } from '../src/tfjs/tf-optimizer.js';
import { train } from '../src/training/trainer.js';
import { base, collect, images, itemsOf } from './contract/sample-training.js';
import { sampleImages } from './contract/sample-images.js';

const { parameters } = images.objective;
const EPOCHS = 12;
const BATCH = 6;
const RULE = { threshold: 0.5, decay: 0.5 };
const [LEARNING_RATE, WEIGHT_DECAY] = [0.2, 0.1];

let before = 0;
beforeEach(async () => {
  await tf.setBackend('cpu');
  before = tf.memory().numTensors;
});
afterEach(() => {
  // No tensor stays, neither of the callback nor of the optimizer.
  expect(tf.memory().numTensors).toBe(before);
});

/** The sample's perceptron as a user has it, with the weights that `train()` begins with. */
function layersModel(): tf.LayersModel {
  const widths = [8, 6, 3];
  const model = tf.sequential({
    layers: widths.map((units, index) =>
      tf.layers.dense({
        units,
        ...(index === 0 && { inputShape: [12] }),
        activation: index < 2 ? 'relu' : 'linear',
      }),
    ),
  });
  const start = initialParameters(parameters, 1);
  const weights = parameters.map(({ name, shape }) => tf.tensor(start[`parameters/${name}`]!, [...shape]));
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

const loss = (labels: tf.Tensor, logits: tf.Tensor) => crossEntropy(tf.cast(tf.squeeze(labels, [1]), 'int32'), logits);

type Examples = tf.data.Dataset<{ xs: tf.Tensor; ys: tf.Tensor }>;

const fitDataset = (model: tf.LayersModel, examples: Examples, args: tf.ModelFitDatasetArgs<unknown>) =>
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- TensorFlow.js declares the class twice
  model.fitDataset(examples, args);

/** The mini-batches of the training, epoch by epoch, as a data set of a user. */
function batches(task: Task = images): Examples {
  const data = sampleImages(64, 23);
  let state = randomState(1, 'shuffling');
  return tf.data.generator(function* () {
    const epoch = task.batches(state);
    state = epoch.next;
    for (let step = 0; step < task.stepsPerEpoch; step++) {
      const indices = [...epoch.take(step, 1)['indices']!];
      const bytes = indices.flatMap((index) => [...data.train.images.subarray(index * 12, index * 12 + 12)]);
      yield {
        // As the task normalises them, to the last bit.
        xs: tf.tidy(() => tf.sub(tf.mul(tf.tensor(bytes, [BATCH, 12]), 1 / (255 * 0.2)), 0.4 / 0.2)),
        ys: tf.tensor(
          indices.map((index) => data.train.labels[index]!),
          [BATCH, 1],
        ),
      };
    }
  });
}

describe.each([
  [0, 0],
  [0.9, 0.3],
])('equilibriumSchedule with momentum %d, dampening %d', (momentum, dampening) => {
  it('measures and decides what train() does, from the same weights and batches', async () => {
    const options = {
      ...base,
      epochs: EPOCHS,
      learningRate: LEARNING_RATE,
      weightDecay: WEIGHT_DECAY,
      optimizer: sgd({ momentum, dampening }),
      schedule: equilibrium(RULE),
    };
    const items = await collect(train(options));
    const records = itemsOf('epoch', items).map(({ record }) => record);
    const drops = itemsOf('event', items).flatMap(({ record }) => (record.type === 'learningRate' ? [record] : []));

    const model = layersModel();
    const changes: RateChange[] = [];
    const optimizer = tfOptimizer(sgd({ momentum, dampening }), {
      learningRate: LEARNING_RATE,
      weightDecay: WEIGHT_DECAY,
    });
    model.compile({ optimizer, loss });
    const callbacks = equilibriumSchedule({ ...RULE, onChange: (change) => changes.push(change), onWarning: () => undefined }); // prettier-ignore
    const { history } = await fitDataset(model, batches(), { epochs: EPOCHS, callbacks });

    // There are drops, and epochs without one.
    expect(drops.length).toBeGreaterThan(0);
    expect(drops.length).toBeLessThan(EPOCHS - 1);
    expect(changes.map(({ epoch, from, to }) => ({ epoch, from, to }))).toEqual(
      drops.map(({ epoch, from, to }) => ({ epoch, from, to })),
    );
    changes.forEach(({ reason }, index) => expect(reason['stepsUsed']).toBe(drops[index]!.reason['stepsUsed']));
    records.forEach((record, epoch) => {
      expect(history['learningRate']![epoch]).toBe(record.learningRate);
      expect(relative(history['ratio']![epoch] as number, record.ratio)).toBeLessThan(1e-6);
      parameters.forEach(({ name }, index) => {
        const variable = model.trainableWeights[index]!.name;
        expect(relative(history[`ratio/${variable}`]![epoch] as number, record.layers[name]!.ratio)).toBeLessThan(1e-6);
      });
    });
    model.dispose();
    optimizer.dispose();
  });
});

const relative = (found: number, expected: number): number => Math.abs(found / expected - 1);

/** Sixteen examples in four steps an epoch, for a small regression. */
const SHAPE = [16, 4] as const;
const quiet = { onWarning: () => undefined };

interface Regression {
  readonly optimizer: TfOptimizer;
  readonly model: tf.Sequential;
  readonly fit: (args: tf.ModelFitArgs) => Promise<Record<string, number[]>>;
  readonly dispose: () => void;
}

function regression(rule: Optimizer, weightDecay: number, layers: tf.layers.Layer[] = []): Regression {
  const model = tf.sequential({
    layers: [
      ...layers,
      tf.layers.dense({ units: 1, inputShape: [4], kernelInitializer: tf.initializers.glorotUniform({ seed: 3 }) }),
    ],
  });
  const [x, y] = [tf.randomNormal([...SHAPE], 0, 1, 'float32', 1), tf.randomNormal([16, 1], 1, 1, 'float32', 2)];
  const optimizer = tfOptimizer(rule, { learningRate: 0.25, weightDecay });
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return {
    model,
    optimizer,
    fit: async (args) => {
      const { history } = await model.fit(x, y, { batchSize: 4, shuffle: false, ...args });
      return history as Record<string, number[]>;
    },
    dispose: () => {
      model.dispose();
      optimizer.dispose();
      tf.dispose([x, y]);
    },
  };
}

describe('equilibriumSchedule in fit', () => {
  it('measures what is trained, and neither frozen layers nor validation', async () => {
    const frozen = () =>
      tf.layers.dense({ units: 4, inputShape: [4], trainable: false, kernelInitializer: 'identity' });
    const [plain, validated] = [
      regression(sgd({ momentum: 0.5 }), 0.1),
      regression(sgd({ momentum: 0.5 }), 0.1, [frozen()]),
    ];
    const expected = await plain.fit({
      epochs: 6,
      callbacks: equilibriumSchedule({ threshold: 0.4, decay: 0.5, ...quiet }),
    });
    const held: [tf.Tensor, tf.Tensor] = [tf.ones([3, 4]), tf.ones([3, 1])];
    const found = await validated.fit({
      epochs: 6,
      validationData: held,
      callbacks: [equilibriumSchedule({ threshold: 0.4, decay: 0.5, ...quiet }), new tf.CustomCallback({})],
    });
    expect(found['val_loss']).toHaveLength(6);
    expect(found['ratio']).toEqual(expected['ratio']);
    expect(found['learningRate']).toEqual(expected['learningRate']);
    expect(new Set(found['learningRate']).size).toBeGreaterThan(1);
    const [kernel, bias] = validated.model.trainableWeights.map(({ name }) => name);
    expect(Object.keys(found).filter((key) => key.startsWith('ratio/'))).toEqual([`ratio/${kernel}`, `ratio/${bias}`]);
    plain.dispose();
    validated.dispose();
    tf.dispose(held);
  });

  it('reads nothing from the device before an epoch ends, and then once', async () => {
    const { fit, dispose } = regression(sgd(), 0.1);
    const [read, readSync] = [vi.spyOn(tf.engine(), 'read'), vi.spyOn(tf.engine(), 'readSync')];
    await fit({ epochs: 1 });
    const alone = read.mock.calls.length;
    await fit({ epochs: 1, callbacks: equilibriumSchedule(quiet) });
    expect(read.mock.calls.length - alone).toBe(alone + 1);
    expect(readSync).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    dispose();
  });

  it('goes on with its averages in the next fit, and begins them anew at a rate that was set by hand', async () => {
    const { fit, optimizer, dispose } = regression(sgd(), 0.1);
    const { fit: fitAtOnce, dispose: disposeOther } = regression(sgd(), 0.1);
    const whole = await fitAtOnce({ epochs: 3, callbacks: equilibriumSchedule({ threshold: 1e-9, ...quiet }) });
    const callbacks = equilibriumSchedule({ threshold: 1e-9, ...quiet });
    const ratios: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) ratios.push(...(await fit({ epochs: 1, callbacks }))['ratio']!);
    expect(ratios).toEqual(whole['ratio']);
    optimizer.learningRate = 0.05;
    const fresh = await fit({ epochs: 1, callbacks });
    expect(fresh['learningRate']).toEqual([0.05]);
    const { fit: again, optimizer: other, model: restored, dispose: disposeRestored } = regression(sgd(), 0.1);
    await again({ epochs: 3 });
    other.learningRate = 0.05;
    expect((await again({ epochs: 1, callbacks: equilibriumSchedule(quiet) }))['ratio']).toEqual(fresh['ratio']);
    expect(restored.optimizer).toBe(other);
    dispose();
    disposeOther();
    disposeRestored();
  });

  it('tells once what keeps the relation from holding', async () => {
    const warningsOf = async (weightDecay: number, layers: tf.layers.Layer[]) => {
      const messages: string[] = [];
      const { fit, dispose } = regression(sgd(), weightDecay, layers);
      const callbacks = equilibriumSchedule({ onWarning: (message) => messages.push(message) });
      await fit({ epochs: 1, callbacks });
      await fit({ epochs: 1, callbacks });
      dispose();
      return messages;
    };
    const growth =
      'without weight decay the parameters need not stop growing, and the two sides of FDR1 may never meet';
    const regularized = () =>
      tf.layers.dense({ units: 4, inputShape: [4], kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) });
    expect(await warningsOf(0.1, [])).toEqual([]);
    expect(await warningsOf(0, [])).toEqual([growth]);
    expect(await warningsOf(0, [regularized()])).toEqual([]);
    expect(await warningsOf(0.1, [tf.layers.batchNormalization({ inputShape: [4] })])).toEqual([
      expect.stringContaining('normalisation makes the weights before it scale-invariant'),
    ]);
  });

  it('refuses by name an optimizer that it cannot set or measure', async () => {
    const { fit, model, dispose } = regression(adam(), 0);
    await expect(fit({ epochs: 1, callbacks: equilibriumSchedule() })).rejects.toThrow(
      'schedule must be another one with adam, whose O_R is not defined; found "equilibrium"',
    );
    const theirs = tf.train.sgd(0.1);
    model.compile({ optimizer: theirs, loss: 'meanSquaredError' });
    await expect(fit({ epochs: 1, callbacks: equilibriumSchedule() })).rejects.toThrow(
      'optimizer must be tfOptimizer(sgd(), { learningRate }) or one like it; found "SGD"',
    );
    theirs.dispose();
    dispose();
  });
});

describe('learningRateSchedule', () => {
  it('lowers the rate of any optimizer when the loss stalls', async () => {
    const { fit, optimizer, dispose } = regression(amsgrad(), 0.01);
    const callbacks = learningRateSchedule(plateau({ patience: 0, factor: 0.5, improvement: 0.3 }), quiet);
    const { loss: losses = [], learningRate = [], ratio } = await fit({ epochs: 8, callbacks });
    let [best, rate] = [Infinity, 0.25];
    const expected = losses.map((each) => {
      const before = rate;
      if (each < 0.7 * best) best = each;
      else rate /= 2;
      return before;
    });
    expect(learningRate).toEqual(expected);
    expect(new Set(learningRate).size).toBeGreaterThan(1);
    expect(optimizer.learningRate).toBe(rate);
    expect(ratio).toBeUndefined();
    dispose();
  });

  it('moves the rate at each step where the schedule does, and ends the training where it does', async () => {
    const { fit, optimizer, dispose } = regression(sgd(), 0.1);
    const rates: number[] = [];
    const onBatchEnd = () => void rates.push(optimizer.learningRate);
    const callbacks = [learningRateSchedule(linear(), quiet), new tf.CustomCallback({ onBatchEnd })];
    await fit({ epochs: 2, callbacks });
    // 1/4 (1 - t / 8)
    rates.forEach((rate, step) => expect(rate).toBeCloseTo(0.25 * (1 - step / 8), 12));
    expect(rates).toHaveLength(8);
    optimizer.learningRate = 0.25;
    const short: Schedule = {
      settings: { kind: 'short' },
      begin: ({ epochs, stepsPerEpoch }) => ({ state: { epochs, stepsPerEpoch, done: 0 }, warnings: [] }),
      decide: (state, { learningRate }) => ({
        state: { ...state, done: state['done']! + 1 },
        learningRate,
        reason: null,
      }),
      ended: ({ done, epochs, stepsPerEpoch }) =>
        done === 2 && epochs === 5 && stepsPerEpoch === 4 ? 'enough' : undefined,
    };
    expect(await fit({ epochs: 5, callbacks: learningRateSchedule(short, quiet) })).toHaveProperty(
      'learningRate',
      [0.25, 0.25],
    );
    dispose();
  });

  it('begins the averages anew with each reason, at the same rate too', async () => {
    const { fit, dispose } = regression(sgd(), 0.1);
    const windows: number[] = [];
    const again = (reason: LearningRateReason | null): Schedule => ({
      settings: { kind: 'again' },
      begin: () => ({ state: {}, warnings: [] }),
      decide: (state, { learningRate, stepsUsed }) => {
        windows.push(stepsUsed);
        return { state, learningRate, reason };
      },
    });
    await fit({ epochs: 3, callbacks: learningRateSchedule(again({ rule: 'again', message: 'an epoch had passed' })) });
    await fit({ epochs: 3, callbacks: learningRateSchedule(again(null)) });
    // Half of four steps; half of 4, 8 and 12.
    expect(windows).toEqual([2, 2, 2, 2, 4, 6]);
    dispose();
  });

  it('refuses such a schedule where the length of an epoch is not known', async () => {
    const { model, dispose } = regression(sgd(), 0.1);
    const endless = tf.data.generator(function* () {
      yield { xs: tf.ones([1, 4]), ys: tf.ones([1, 1]) };
    });
    await expect(
      fitDataset(model, endless, { epochs: 1, callbacks: learningRateSchedule(linear(), quiet) }),
    ).rejects.toThrow('batchesPerEpoch must be given with linear, which moves the rate at each step; found undefined');
    dispose();
  });
});
