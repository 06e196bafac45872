import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyNumber } from '@fdr/records';
import { z } from 'zod';
import { writeFileAtomically } from '@fdr/run-store';
import { errorCode } from '@fdr/run-store';

/** Mean over points, and its standard error from point to point. */
const estimate = z.object({ mean: anyNumber, standardError: anyNumber });

/** What Hessian-vector products at points of one stationary run came to; one file of the folder `estimates`. */
export const curvatureRecord = z.object({
  schemaVersion: z.literal(1),
  /** Of the run that reached the stationary state. */
  learningRate: anyNumber,
  /** Points, an epoch apart, and pairs of mini-batches at each. */
  points: z.int().min(1),
  samples: z.int().min(1),
  method: z.enum(['exact', 'central-differences']),
  backend: z.string(),
  seconds: z.number().min(0),
  /** <g . H g> = Tr(H C~), <|g|^2> = Tr C~, and their ratio. */
  trace: estimate,
  noiseTrace: estimate,
  meanCurvature: anyNumber,
  /** <v . H g>, <v . H v>: the other pieces of (29); 0 without momentum. */
  cross: estimate,
  velocity: estimate,
  /** <v' . H v'>, what (29) makes of the pieces; Tr(H C~) without momentum. */
  update: estimate,
});
export type CurvatureRecord = z.infer<typeof curvatureRecord>;

const CURVATURES = 'curvatures';

/** Where an experiment keeps its estimates. */
export const curvatureFolder = (out: string): string => join(out, CURVATURES);
/** Path of a job's record. */
export const curvatureFile = (out: string, key: string): string => join(curvatureFolder(out), `${key}.json`);

export async function writeCurvature(file: string, record: CurvatureRecord): Promise<void> {
  await writeFileAtomically(file, [Buffer.from(`${JSON.stringify(z.encode(curvatureRecord, record), null, 2)}\n`)]);
}

/** Undefined where there is none; one that can't be read, or is of another format, is none: it is made again. */
export async function readCurvature(file: string): Promise<CurvatureRecord | undefined> {
  try {
    return curvatureRecord.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
