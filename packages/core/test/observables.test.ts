import { describe, expect, it } from 'vitest';
import { mlp } from '../src/models/mlp.js';
import { EXTRA_OBSERVABLES, isDefined } from '../src/observables/catalogue.js';
import { cubicRight } from '../src/observables/cubic.js';
import { remembering } from '../src/observables/memory.js';
import { noiseTrace } from '../src/observables/noise-trace.js';
import type { Observable } from '../src/observables/observable.js';
import { velocitySquared } from '../src/observables/quadratic-pieces.js';
import { cubicDefect, cubicRelation } from '../src/relations/cubic-relation.js';
import { IDENTITY_TOLERANCE } from '../src/relations/identity.js';
import { quadraticRelations } from '../src/relations/quadratic-relations.js';
import { adam } from '../src/optimizers/adam.js';
import { optimizerStart, type Optimizer } from '../src/optimizers/optimizer.js';
import { sgd } from '../src/optimizers/sgd.js';
import { initialParameters, slotValues } from '../src/parameters.js';
import { randomState } from '../src/random.js';
import { classificationTask } from '../src/training/classification-task.js';
import { eagerExecutor } from '../src/training/eager.js';
import type { TensorValues } from '@fdr/program';
import { quadraticTask } from '../src/training/quadratic-task.js';
import { steadyRate, trainingStep } from '../src/training/step.js';
import type { Task } from '../src/training/task.js';
import { MOMENTUM_AND_DAMPENING } from './contract/executor-contract.js';
import { SAMPLE_WIDTHS, sampleImages } from './contract/sample-images.js';
import { distance } from './reference/closeness.js';
import { plainObservables } from './reference/observables.js';
import { plainGradients, type PlainParameters } from './reference/perceptron.js';
import { plainStep } from './reference/sgd.js';

const executor = eagerExecutor('cpu');
const data = sampleImages();
const images = classificationTask({ model: mlp(SAMPLE_WIDTHS), data, batchSize: 6 });
const spring = quadraticTask({ dimensions: 300, curvature: 1.5, noise: 0.7, start: 3, stepsPerEpoch: 1000 });
const weightDecay = 0.01;

/** Some steps from the start with every extra observable that there is. */
async function observed(task: Task, momentum: number, dampening: number, steps: number, learningRate: number) {
  const observables = EXTRA_OBSERVABLES.filter(isDefined(sgd({ momentum, dampening })));
  const optimizer = remembering(sgd({ momentum, dampening }), observables);
  const names = observables.map(({ name }) => name);
  const specs = task.objective.parameters;
  const start: TensorValues = { ...initialParameters(specs, 3), ...optimizerStart(optimizer, specs) };
  const program = trainingStep(task.objective, optimizer, { weightDecay, observables });
  const executable = await executor.prepare(program, task.constants);
  const inputs = {
    ...task.batches(randomState(1, 'shuffling')).take(0, steps),
    ...steadyRate(learningRate, steps),
  };
  const { state, outputs } = await executable.run({ steps, state: start, inputs, settings: {} });
  await executable.dispose();
  const totalAt = (name: string, step: number) => {
    const width = outputs[name]!.length / steps;
    return outputs[name]!.subarray(step * width, (step + 1) * width).reduce((sum, value) => sum + value, 0);
  };
  const options = { learningRate, momentum, dampening };
  const ends = { start: slotValues('parameters', specs, start), end: slotValues('parameters', specs, state) };
  return { names, before: start, inputs, outputs, totalAt, options, ...ends };
}

describe.each(MOMENTUM_AND_DAMPENING)('the extra observables, momentum %d, dampening %d', (momentum, dampening) => {
  it('are what plain numbers say, tensor by tensor', async () => {
    const steps = 4;
    const { names, before, inputs, outputs, options } = await observed(images, momentum, dampening, steps, 0.125);
    let parameters: PlainParameters = slotValues('parameters', images.objective.parameters, before).map((x) => [...x]);
    const start = parameters;
    let velocity = parameters.map((tensor) => tensor.map(() => 0));
    let previousGradient = velocity;
    const expected: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
    for (let step = 0; step < steps; step++) {
      const positions = (inputs['indices'] as Int32Array).subarray(step * 6, step * 6 + 6);
      const batch = Array.from(positions, (position) => ({
        label: data.train.labels[position]!,
        pixels: [...data.train.images.subarray(position * 12, (position + 1) * 12)].map(
          (byte) => (byte / 255 - 0.4) / 0.2,
        ),
      }));
      const gradients = plainGradients(SAMPLE_WIDTHS, parameters, batch, weightDecay);
      const next = plainStep(parameters, velocity, gradients, options);
      const values = plainObservables({ parameters, velocity }, next, gradients, { start, previousGradient }, options);
      for (const name of names) expected[name]!.push(...values[name]!);
      ({ parameters, velocity } = next);
      previousGradient = gradients;
    }
    expect(names).toHaveLength(momentum > 0 ? 12 : 9);
    // A few steps of float32 against double, where terms of both signs partly cancel: some 1e-6.
    for (const name of names) expect([name, distance(outputs[name]!, expected[name]!) < 1e-5]).toEqual([name, true]);
  });

  it('make (26) and (27) hold one step ahead at every step, and (28) up to the drift of |theta|^2', async () => {
    const steps = 200;
    const run = await observed(spring, momentum, dampening, steps, 0.05);
    const relations = Array.from({ length: steps }, (_, step) =>
      quadraticRelations(Object.fromEntries(run.names.map((name) => [name, run.totalAt(name, step)])), run.options),
    );
    for (const { velocity, cross } of relations) {
      expect(Math.abs(velocity.ahead.defect)).toBeLessThan(1e-6);
      expect(Math.abs(cross.ahead.defect)).toBeLessThan(1e-6);
    }
    const total = (of: (step: (typeof relations)[number]) => number) =>
      relations.reduce((sum, one) => sum + of(one), 0);
    const square = (values: Float32Array) => values.reduce((sum, value) => sum + value ** 2, 0);
    // sum (left - right) of (28) one step ahead = -D|theta|^2 / eta
    const drift = total(({ position }) => position.ahead.left - position.ahead.right);
    expect(distance([drift], [-(square(run.end[0]!) - square(run.start[0]!)) / 0.05])).toBeLessThan(1e-5);
    // It is no triviality: from the start at 3 the way down to the noise is long.
    expect(relations[0]!.position.ahead.defect).toBeGreaterThan(0.5);
    if (momentum > 0) {
      // sum (left - right) of (26) at one step = -D|v|^2, and v began at zero. What is left of 200 float32 differences is small.
      const turn = total(({ velocity }) => velocity.now.left - velocity.now.right);
      expect(distance([turn], [-run.totalAt('nextVelocitySquared', steps - 1)])).toBeLessThan(1e-3);
      const shift = total(({ cross }) => cross.now.left - cross.now.right);
      const last =
        run.totalAt('nextVelocityDotParameters', steps - 1) - 0.05 * run.totalAt('nextVelocitySquared', steps - 1);
      expect(distance([shift], [-last])).toBeLessThan(1e-3);
    } else expect(relations[0]!.velocity.now.left).toBeNaN();
  });

  it('make the cubic relation (14) telescope, in total and for each tensor, and a wrong piece breaks it', async () => {
    for (const [task, steps, learningRate] of [
      [spring, 500, 0.05],
      [images, 10, 0.1],
    ] as const) {
      const { outputs, totalAt, start, end } = await observed(task, momentum, dampening, steps, learningRate);
      const { cubicLeft, cubicRight } = outputs as Record<string, Float32Array>;
      const window = { cubicLeft: cubicLeft!, cubicRight: cubicRight!, start, end, learningRate, dampening };
      const { total, tensors } = cubicDefect(window);
      expect(total.defect).toBeLessThan(IDENTITY_TOLERANCE);
      for (const { defect } of tensors) expect(defect).toBeLessThan(IDENTITY_TOLERANCE);
      const mean = (name: string) =>
        Array.from({ length: steps }, (_, step) => totalAt(name, step)).reduce((a, b) => a + b) / steps;
      const averages = { cubicLeft: mean('cubicLeft'), cubicRight: mean('cubicRight') };
      const { left, right, defect: apart } = cubicRelation(averages);
      expect(distance([left - right], [total.sum / steps])).toBeLessThan(1e-9);
      expect(apart).toBe((left - right) / (Math.abs(left) + Math.abs(right)));
      if (task === images) continue;
      // From 3 down to the noise: sum theta^3 has lost nearly all of 27 a direction, far more than rounding adds.
      const defect = (change: object) => cubicDefect({ ...window, ...change }).total.defect;
      expect(defect({ cubicLeft: cubicLeft!.map((value) => 1.01 * value) })).toBeGreaterThan(100 * IDENTITY_TOLERANCE);
      expect(defect({ learningRate: 1.01 * learningRate })).toBeGreaterThan(10 * IDENTITY_TOLERANCE);
      expect(defect({ cubicRight: cubicRight!.map(() => NaN) })).toBeNaN();
    }
  });
});

describe('a training step', () => {
  const program = (optimizer: Optimizer, ...observables: Observable[]) => () =>
    trainingStep(images.objective, optimizer, { weightDecay, observables }); // prettier-ignore

  it('refuses an observable that is not defined with its optimizer, and says what it needs', () => {
    expect(program(sgd(), velocitySquared)).toThrow(
      'observables must be defined with sgd (this one needs sgd with momentum); found "velocitySquared"',
    );
    expect(program(adam(), cubicRight)).toThrow(
      'observables must be defined with adam (this one needs sgd); found "cubicRight"',
    );
    expect(program(adam(), noiseTrace)).not.toThrow();
    expect(program(sgd({ momentum: 0.9 }), velocitySquared, cubicRight)).not.toThrow();
  });
});
