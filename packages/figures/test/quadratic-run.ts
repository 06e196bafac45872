import { halfRunningAverage, inEquilibrium, type HalfRunningAverage } from '@fdr/core/relations';
import type { EpochRecord, EventRecord, Run } from '@fdr/records';
import { appendRows, createStepSeries, type RunRecords } from '../src/index.js';

/** Numbers in [0, 1) from a linear congruential generator (Numerical Recipes), so that every test sees the same run. */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (1664525 * state + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Columns of a recorded step. */
export const COLUMNS = ['loss', 'lossHalf', 'oL', 'oLHalf', 'oR', 'oRHalf'] as const;

/** The values of one column, step by step. */
export const columnOf = ({ rows }: QuadraticRun, name: (typeof COLUMNS)[number]): number[] =>
  Array.from(rows).filter((_, index) => index % COLUMNS.length === COLUMNS.indexOf(name));

/** A recorded run and its steps in full. */
export interface QuadraticRun extends RunRecords {
  /** Row-major, one value per column. */
  readonly rows: Float32Array;
}

const TIME = '2026-01-01T00:00:00.000Z';
const THRESHOLD = 0.01;
const DECAY = 0.1;

function quadraticRecord(epochs: number, stepsPerEpoch: number): Run {
  return {
    schemaVersion: 1,
    id: 'quadratic',
    name: 'quadratic',
    tags: [],
    createdAt: TIME,
    status: 'finished',
    config: {
      model: 'mlp',
      dataset: 'synthetic',
      optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
      learningRate: 0.1,
      weightDecay: 0.01,
      batchSize: 100,
      sampling: 'shuffle',
      epochs,
      schedule: {
        kind: 'equilibrium',
        threshold: THRESHOLD,
        decay: DECAY,
        balance: 'total',
        minimumSteps: 0,
        passes: 1,
        minimumLearningRate: 0,
      },
      seed: 7,
      backend: 'cpu',
      threads: 1,
    },
    environment: {
      fdr: '0.1.0',
      node: 'v20',
      tensorflow: '4.22.0',
      onnxruntime: null,
      platform: 'linux',
      backend: 'cpu',
      threads: 1,
      commit: null,
    },
    dataHash: 'a'.repeat(64),
    parameters: [
      { name: 'soft.kernel', shape: [1] },
      { name: 'stiff.kernel', shape: [1] },
    ],
    stepColumns: [...COLUMNS],
    stepsPerEpoch,
  };
}

/** The half-running averages of a run since its last change of the learning rate. */
class Averages {
  readonly loss = halfRunningAverage();
  readonly layers = ['soft.kernel', 'stiff.kernel'].map((name) => ({
    name,
    oL: halfRunningAverage(),
    oR: halfRunningAverage(),
  }));
  readonly oL = halfRunningAverage();
  readonly oR = halfRunningAverage();

  balance(): Pick<EpochRecord, 'lossHalf' | 'oLHalf' | 'oRHalf' | 'ratio' | 'layers'> {
    const sides = ({ oL, oR }: { readonly oL: HalfRunningAverage; readonly oR: HalfRunningAverage }) => ({
      oLHalf: oL.value(),
      oRHalf: oR.value(),
      ratio: oL.value() / oR.value(),
    });
    return {
      lossHalf: this.loss.value(),
      ...sides(this),
      layers: Object.fromEntries(this.layers.map((layer) => [layer.name, sides(layer)])),
    };
  }
}

/** One step of SGD on f = 1/2 h (theta - c)^2 with noisy centres c, one for each of two curvatures h. */
function stepOf(parameters: { readonly curvature: number; theta: number }[], eta: number, random: () => number) {
  const sides = parameters.map((parameter) => {
    const { curvature, theta } = parameter;
    const gradient = curvature * (theta - 2 * (random() - 0.5));
    parameter.theta = theta - eta * gradient;
    return { loss: (gradient ** 2 / curvature) * 0.5, oL: theta * gradient, oR: 0.5 * eta * gradient * gradient };
  });
  const total = (key: 'loss' | 'oL' | 'oR'): number => sides.reduce((sum, side) => sum + side[key], 0);
  return { sides, loss: total('loss'), oL: total('oL'), oR: total('oR') };
}

/** A run of SGD on a quadratic loss of two parameters, with the rule of section 3.3 at each epoch's end. */
export function quadraticRun(epochCount: number, stepsPerEpoch = 200, capacity = 8192): QuadraticRun {
  const random = uniform(7);
  const run = quadraticRecord(epochCount, stepsPerEpoch);
  const parameters = [
    { curvature: 0.05, theta: 4 },
    { curvature: 1, theta: -3 },
  ];
  const rows: number[] = [];
  const epochs: EpochRecord[] = [];
  const events: EventRecord[] = [];
  let learningRate = run.config.learningRate;
  let averages = new Averages();
  for (let epoch = 1; epoch <= epochCount; epoch += 1) {
    for (let index = 0; index < stepsPerEpoch; index += 1) {
      const { sides, loss, oL, oR } = stepOf(parameters, learningRate, random);
      averages.loss.push(loss);
      averages.oL.push(oL);
      averages.oR.push(oR);
      averages.layers.forEach((layer, layerIndex) => {
        layer.oL.push(sides[layerIndex]!.oL);
        layer.oR.push(sides[layerIndex]!.oR);
      });
      rows.push(loss, averages.loss.value(), oL, averages.oL.value(), oR, averages.oR.value());
    }
    const balance = averages.balance();
    const { lossHalf, ratio } = balance;
    const step = epoch * stepsPerEpoch;
    const trainAccuracy = 1 / (1 + lossHalf);
    epochs.push({
      epoch,
      step,
      learningRate,
      ...balance,
      trainLoss: lossHalf,
      trainAccuracy,
      testLoss: 1.02 * lossHalf,
      testAccuracy: 0.98 * trainAccuracy,
      gradientNormSquared: 1,
      oFB: 0,
      seconds: 1,
    });
    const stepsUsed = averages.oL.window();
    if (inEquilibrium({ ...balance, stepsUsed }, THRESHOLD)) {
      const to = learningRate * (1 - DECAY);
      const reason = { rule: 'equilibrium', message: 'the ratio was near 1', ratio, threshold: THRESHOLD, stepsUsed };
      events.push({ step, epoch, time: TIME, type: 'learningRate', from: learningRate, to, reason });
      learningRate = to;
      averages = new Averages();
    }
  }
  const steps = createStepSeries(run.stepColumns, capacity);
  const all = Float32Array.from(rows);
  appendRows(steps, 0, all);
  return { run, epochs, events, steps, rows: all };
}
