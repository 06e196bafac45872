import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anyNumber } from '@fdr/records';
import { errorCode } from '@fdr/run-store';
import { z } from 'zod';
import { finishedEpoch } from './finished-epoch.js';
import type { JobResult, RunResult } from './job-result.js';

/** A line of `finished.jsonl`. */
const finishedRun = z.object({
  key: z.string(),
  runId: z.string(),
  /** Name of the last checkpoint's file, in the run's folder. */
  checkpoint: z.string(),
  lastEpoch: finishedEpoch,
  bestTestAccuracy: anyNumber,
  stationary: z
    .object({
      learningRate: anyNumber,
      seed: z.int(),
      oFB: anyNumber,
      noiseTrace: anyNumber,
      descent: anyNumber.optional(),
    })
    .optional(),
});

const indexFile = (out: string): string => join(out, 'finished.jsonl');

/**
 * Reads what is known of the finished runs of an experiment: a cache of their folders, of which a lost or damaged line costs no more than opening
 * that run again.
 *
 * @returns results by job key
 */
export async function readFinished(out: string, runsDirectory: string): Promise<ReadonlyMap<string, RunResult>> {
  const text = await readFile(indexFile(out), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const results = new Map<string, RunResult>();
  for (const line of text.split('\n')) {
    const parsed = finishedRun.safeParse(parseJson(line));
    if (!parsed.success) continue;
    const { key, runId, checkpoint, ...rest } = parsed.data;
    results.set(key, {
      kind: 'run',
      runsDirectory,
      runId,
      checkpoint: join(runsDirectory, runId, checkpoint),
      ...rest,
    });
  }
  return results;
}

/** Undefined for a line that was cut. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Adds finished runs, all in one write. */
export async function appendFinished(out: string, results: ReadonlyMap<string, JobResult>): Promise<void> {
  const lines: string[] = [];
  for (const [key, result] of results) {
    if (result.kind !== 'run') continue;
    const { runsDirectory, checkpoint, ...kept } = result;
    const name = checkpoint.slice(join(runsDirectory, kept.runId).length + 1);
    const line = z.encode(finishedRun, { ...kept, key, checkpoint: name });
    lines.push(`${JSON.stringify(line)}\n`);
  }
  if (lines.length > 0) await appendFile(indexFile(out), `\n${lines.join('')}`);
}
