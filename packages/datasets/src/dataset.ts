import type { Normalization } from './normalization.js';

/** Images with their labels. */
export interface Examples {
  /** [count, rows, columns], or [count, rows, columns, channels] for color images; row-major, 0 to 255. */
  readonly images: Uint8Array;
  /** [count], 0 to `classes` - 1. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** Rows and columns of an image and, of a color image, its channels. */
export type ImageShape =
  readonly [rows: number, columns: number] | readonly [rows: number, columns: number, channels: number];

/** Labelled images, for training and for testing. */
export interface Dataset {
  /** The name or the folder that was asked for. */
  readonly name: string;
  readonly train: Examples;
  readonly test: Examples;
  /** Its product is the number of bytes of an image. */
  readonly imageShape: ImageShape;
  readonly classes: number;
  /** A network sees (byte / 255 - mean) / deviation, the same for every pixel and channel. */
  readonly normalization: Normalization;
}
