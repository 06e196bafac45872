import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyNumber } from '@fdr/records';
import { errorCode, writeFileAtomically } from '@fdr/run-store';
import { z } from 'zod';

/** Mean over points, and its standard error, from the scatter between points. */
const estimate = z.object({ mean: anyNumber, standardError: anyNumber });

/** A curvature estimate from Hessian-vector products at points of one stationary run; one file of the folder `curvatures`. */
export const curvatureRecord = z.object({
  schemaVersion: z.literal(3),
  /** eta of the run that reached the stationary state. */
  learningRate: anyNumber,
  /** Number of points, one epoch apart. */
  points: z.int().min(1),
  /** Pairs of mini-batches at each point. */
  samples: z.int().min(1),
  method: z.enum(['exact', 'central-differences']),
  backend: z.string(),
  /** Duration of the estimate. */
  seconds: z.number().min(0),
  /** <g . H g> = Tr(H C~). */
  trace: estimate,
  /** <|g|^2> = Tr C~. */
  noiseTrace: estimate,
  /** Tr(H C~) / Tr C~. */
  meanCurvature: anyNumber,
  /** <v . H g>, a term of (29); 0 without momentum. */
  cross: estimate,
  /** <v . H v>, a term of (29); 0 without momentum. */
  velocity: estimate,
  /** <v' . H v'>, the sum of the terms of (29); Tr(H C~) without momentum. */
  update: estimate,
  /** The curvatures that the noise of mini-batch gradients sees, by Lanczos, calibrated by `noiseTrace` and `trace`: the weights sum to Tr C. */
  spectrum: z.array(z.object({ curvature: anyNumber, weight: anyNumber })),
  /** `update` by central differences over some distances, relative to that by `method`: at the same points, of the same mini-batches. */
  differences: z.array(z.object({ width: anyNumber, ratio: anyNumber })),
  /** What is set against 2 / eta, at the first point. */
  edge: z.object({ gradientNoiseInteraction: anyNumber, batchSharpness: anyNumber, largestCurvature: anyNumber }),
});
/** See {@link curvatureRecord}. */
export type CurvatureRecord = z.infer<typeof curvatureRecord>;

/** The folder in which an experiment keeps its curvature estimates. */
export const curvatureFolder = (out: string): string => join(out, 'curvatures');

/** Path of a job's curvature estimate. */
export const curvatureFile = (out: string, key: string): string => join(curvatureFolder(out), `${key}.json`);

/** Writes an estimate, whole or not at all. */
export async function writeCurvature(file: string, record: CurvatureRecord): Promise<void> {
  await writeFileAtomically(file, [Buffer.from(`${JSON.stringify(z.encode(curvatureRecord, record), null, 2)}\n`)]);
}

/**
 * Reads an estimate.
 *
 * @returns undefined if the file is missing, damaged or of another format; the estimate is then computed again
 */
export async function readCurvature(file: string): Promise<CurvatureRecord | undefined> {
  try {
    return curvatureRecord.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
