/** f^B(theta) = 1/2 h (theta - c)^2 + 1/4 q theta^4 in one dimension, c normal of mean 0 and deviation s. */
export interface Quartic {
  readonly curvature: number;
  readonly quartic: number;
  readonly noise: number;
}

export const slope = ({ curvature, quartic }: Quartic, theta: number): number =>
  curvature * theta + quartic * theta ** 3;

/**
 * G(eta) = <f'^2> of the stationary state, to many digits: the density on a grid is carried along
 * `theta' = theta - eta (f'(theta) - h c)` until it no longer changes.
 */
export function stationaryGradient(well: Quartic, learningRate: number): number {
  const cells = 201;
  const deviation = learningRate * well.curvature * well.noise;
  const reach = 7 * Math.sqrt((deviation * well.noise) / (2 - learningRate * well.curvature));
  const width = (2 * reach) / (cells - 1);
  const at = (cell: number): number => -reach + cell * width;
  // From each cell, the weights of the cells it leads to; a normal density, made to sum to 1.
  const leads = Array.from({ length: cells }, (_, from) => {
    const centre = at(from) - learningRate * slope(well, at(from));
    const weights = Float64Array.from({ length: cells }, (__, to) =>
      Math.exp(-(((at(to) - centre) / deviation) ** 2) / 2),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  });
  let density = new Float64Array(cells).fill(1 / cells);
  for (;;) {
    const next = new Float64Array(cells);
    for (let from = 0; from < cells; from++) {
      const weights = leads[from]!;
      for (let to = 0; to < cells; to++) next[to]! += density[from]! * weights[to]!;
    }
    const change = next.reduce((sum, value, cell) => sum + Math.abs(value - density[cell]!), 0);
    density = next;
    if (change < 1e-12) break;
  }
  return density.reduce((sum, weight, cell) => sum + weight * slope(well, at(cell)) ** 2, 0);
}

/** <f'^2> and <g^2> of `walkers` trainings at once, over `steps` steps after `warming`. @param draw normal numbers of deviation 1. */
export function walkedGradient(
  well: Quartic,
  learningRate: number,
  { walkers, warming, steps }: { walkers: number; warming: number; steps: number },
  draw: (count: number) => Float32Array,
): { readonly oFB: number; readonly noiseTrace: number } {
  const theta = new Float64Array(walkers);
  let [oFB, noiseTrace] = [0, 0];
  for (let step = 0; step < warming + steps; step++) {
    const centres = draw(walkers);
    for (let walker = 0; walker < walkers; walker++) {
      const full = slope(well, theta[walker]!);
      const gradient = full - well.curvature * well.noise * centres[walker]!;
      if (step >= warming) {
        oFB += full ** 2 / steps / walkers;
        noiseTrace += gradient ** 2 / steps / walkers;
      }
      theta[walker] = theta[walker]! - learningRate * gradient;
    }
  }
  return { oFB, noiseTrace };
}
