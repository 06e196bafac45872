import type { Protocol } from './protocol.js';
import { CNN } from './cnn.js';
import { MLP } from './mlp.js';

/** The networks of the paper's experiments, in the order of its figures. */
export const PAPER_MODELS = ['mlp', 'cnn'] as const;

/** A network of the paper's experiments. */
export type PaperModel = (typeof PAPER_MODELS)[number];

/** The paper's protocol of each network. */
export const PROTOCOLS: Readonly<Record<PaperModel, Protocol>> = { mlp: MLP, cnn: CNN };
