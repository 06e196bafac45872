/** One update of one element, from the papers' algorithms, as slow and obvious as they stand there. */
export interface PlainOptimizer {
  /** Changes the state in position. @returns the new parameter. */
  readonly update: (
    parameter: number,
    gradient: number,
    state: Record<string, number>,
    learningRate: number,
    t: number,
  ) => number;
}

/** (10), (11). */
export const plainSgd = (momentum: number, dampening: number): PlainOptimizer => ({
  update: (parameter, gradient, state, learningRate) => {
    const velocity = momentum * (state['velocity'] ?? 0) - (1 - dampening) * gradient;
    state['velocity'] = velocity;
    return parameter + learningRate * velocity;
  },
});

/** Kingma and Ba 2014, algorithm 1, t from 1; with `keepMaximum` Reddi et al. 2018, algorithm 2, and Adam's corrections. */
export const plainMoments = (keepMaximum: boolean, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8): PlainOptimizer => ({
  update: (parameter, gradient, state, learningRate, t) => {
    const first = beta1 * (state['first'] ?? 0) + (1 - beta1) * gradient;
    const second = beta2 * (state['second'] ?? 0) + (1 - beta2) * gradient * gradient;
    const largest = Math.max(state['largest'] ?? 0, second);
    Object.assign(state, { first, second, largest });
    const correctedFirst = first / (1 - Math.pow(beta1, t));
    const correctedSecond = (keepMaximum ? largest : second) / (1 - Math.pow(beta2, t));
    return parameter - (learningRate * correctedFirst) / (Math.sqrt(correctedSecond) + epsilon);
  },
});

/** Schedule-Free SGD as its paper has it: z, its weighted mean x, which is the parameter, and the sum of the weights. */
export const plainScheduleFree = (warmupSteps = 0): PlainOptimizer => ({
  update: (x, gradient, state, learningRate, t) => {
    const rate = learningRate * (warmupSteps === 0 ? 1 : Math.min(1, t / warmupSteps));
    const largest = Math.max(state['largest'] ?? -1, rate);
    const weight = largest ** 2;
    const sum = (state['sum'] ?? 0) + weight;
    const z = (state['z'] ?? x) - rate * gradient;
    Object.assign(state, { largest, sum, z });
    return x + (weight / sum) * (z - x);
  },
});

/** Every element by itself, over gradients[step][element]. @returns the last parameters. */
export function plainDescent(
  optimizer: PlainOptimizer,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
): number[] {
  return start.map((first, element) => {
    const state: Record<string, number> = {};
    return gradients.reduce(
      (parameter, gradient, step) =>
        optimizer.update(parameter, gradient[element] as number, state, learningRate, step + 1),
      first,
    );
  });
}
