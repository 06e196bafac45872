import { zip } from '../zip.js';

/** Two neighbouring layers of a network: the first one's tensors put units in, the second one's kernel takes them out. */
export interface LayerPair {
  readonly before: string;
  readonly after: string;
  /** Tensors of the first layer, kernel and bias. */
  readonly incoming: readonly string[];
  /** The kernel of the second layer: its bias does not touch the units between. */
  readonly outgoing: readonly string[];
}

/** The layer of a parameter tensor: `dense1` of `dense1.kernel`. */
export const layerOf = (tensor: string): string =>
  tensor.includes('.') ? tensor.slice(0, tensor.lastIndexOf('.')) : tensor;

/**
 * Each layer with the next one.
 *
 * @param tensors names of all parameter tensors in the order of the network, `<layer>.kernel` and `<layer>.bias`.
 */
export function layerPairs(tensors: readonly string[]): LayerPair[] {
  const layers = [...new Set(tensors.map(layerOf))];
  return zip(layers.slice(0, -1), layers.slice(1)).map(([before, after]) => ({
    before,
    after,
    incoming: tensors.filter((tensor) => layerOf(tensor) === before),
    outgoing: tensors.filter((tensor) => tensor === `${after}.kernel`),
  }));
}
