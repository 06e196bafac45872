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

/** From parameters over gradients[step][element] to the last parameters. */
export type PlainDescent = (
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
) => number[];

const norm = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** DoG: r_0 = r_eps (1 + |theta_0|), r = max(r, |theta - theta_0|), G = 1e-8 + sum |g|^2, theta <- theta - eta r / sqrt(G) g. */
export const plainDog =
  (initialMovement: number): PlainDescent =>
  (start, gradients, learningRate) => {
    let theta = [...start];
    let radius = initialMovement * (1 + norm(start));
    let squares = 1e-8;
    for (const g of gradients) {
      radius = Math.max(radius, norm(theta.map((value, i) => value - start[i]!)));
      squares += norm(g) ** 2;
      theta = theta.map((value, i) => value - ((learningRate * radius) / Math.sqrt(squares)) * g[i]!);
    }
    return theta;
  };

/** Prodigy, algorithm 4 of its paper with weights of the package: see `prodigy`. */
export const plainProdigy =
  (d0: number, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8): PlainDescent =>
  (start, gradients, learningRate) => {
    let theta = [...start];
    let d = d0;
    let p = 0;
    let [s, m, v] = [theta.map(() => 0), theta.map(() => 0), theta.map(() => 0)];
    const beta3 = Math.sqrt(beta2);
    for (const g of gradients) {
      const D = d * learningRate;
      p = beta3 * p + (d / d0) * D * g.reduce((sum, value, i) => sum + value * (start[i]! - theta[i]!), 0);
      s = s.map((value, i) => beta3 * value + (d / d0) * D * g[i]!);
      m = m.map((value, i) => beta1 * value + (1 - beta1) * d * g[i]!);
      v = v.map((value, i) => beta2 * value + (1 - beta2) * d ** 2 * g[i]! ** 2);
      const size = s.reduce((sum, value) => sum + Math.abs(value), 0);
      if (size > 0) d = Math.max(d, p / size);
      theta = theta.map((value, i) => value - (D * m[i]!) / (Math.sqrt(v[i]!) + d * epsilon));
    }
    return theta;
  };

/** Every element by itself, over gradients[step][element]. @returns the last parameters. */
function plainDescent(
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

/** {@link plainDescent} of an optimizer. */
export const elementwise =
  (optimizer: PlainOptimizer): PlainDescent =>
  (start, gradients, learningRate) =>
    plainDescent(optimizer, start, gradients, learningRate);
