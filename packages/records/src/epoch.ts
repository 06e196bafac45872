import { z } from 'zod';
import { anyNumber } from './number-codec.js';

/** Standard error of a ratio over its window; left out where the window is too short to tell. */
const scatter = anyNumber.optional();

/** The two sides of (FDR1') for one parameter tensor, as half-running averages (15), their ratio, and its scatter. */
export const layerBalance = z.object({ oLHalf: anyNumber, oRHalf: anyNumber, ratio: anyNumber, scatter });
/** See {@link layerBalance}. */
export type LayerBalance = z.infer<typeof layerBalance>;

/**
 * A window of `|theta - theta_c|^2` that has ended, theta_c a mean of earlier parameters: how many have ended since the learning rate last changed, the window's
 * steps, and means over up to 16 blocks of it, by parameter tensor.
 */
export const driftWindow = z.object({
  look: z.int().min(1),
  steps: z.int().min(1),
  distances: z.record(z.string(), z.array(anyNumber).max(16)),
});

/** One line of `epochs.jsonl`, written at the end of an epoch. */
export const epochRecord = z.object({
  /** Epochs done, from 1. */
  epoch: z.int().min(1),
  /** Steps done since the run began. */
  step: z.int().min(1),
  /** eta during this epoch; where the schedule moves it at each step, at the epoch's beginning. */
  learningRate: anyNumber,
  /** Half-running average of the mini-batch loss, L2 term included. */
  lossHalf: anyNumber,
  /** Half-running average of O_L = theta . grad f^B (17). */
  oLHalf: anyNumber,
  /** Half-running average of O_R = (1 + mu) / (2 (1 - nu)) eta |v|^2 (17). */
  oRHalf: anyNumber,
  /** oLHalf / oRHalf: 1 in the stationary state. */
  ratio: anyNumber,
  scatter,
  /** The same balance per parameter tensor, keyed by its name. */
  layers: z.record(z.string(), layerBalance),
  /** Half-running averages of the extra observables, by their columns; left out where none were asked for. */
  observables: z.record(z.string(), anyNumber).optional(),
  /** Full-batch loss over the training data, L2 term included. */
  trainLoss: anyNumber,
  trainAccuracy: anyNumber,
  /** Mean cross-entropy over the test data, L2 term included. */
  testLoss: anyNumber,
  testAccuracy: anyNumber,
  /** |grad f|^2 over the whole training data. */
  gradientNormSquared: anyNumber,
  /** O_FB = (1 - nu) |grad f|^2 - mu <v . grad f^B> (18), the second term as a half-running average. */
  oFB: anyNumber,
  /** -v' . grad f at one uniformly random step of the epoch; left out where it was not asked for. */
  descent: anyNumber.optional(),
  /** The window of distances that ended in this epoch; left out where none did, and where none are kept. */
  drift: driftWindow.optional(),
  /** The average of the parameters over its newest `steps` steps, evaluated as they are; left out where none is kept. */
  average: z
    .object({
      steps: z.int().min(1),
      trainLoss: anyNumber,
      trainAccuracy: anyNumber,
      testLoss: anyNumber,
      testAccuracy: anyNumber,
    })
    .optional(),
  /** Wall-clock seconds of this epoch, evaluation included. */
  seconds: z.number().min(0),
});
/** See {@link epochRecord}. */
export type EpochRecord = z.infer<typeof epochRecord>;
