import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runConfig } from '@fdr/records';
import { describeIssue, errorCode, writeFileAtomically } from '@fdr/run-store';
import { z } from 'zod';
import { ExperimentError } from './experiment-error.js';
import type { Job } from './job.js';

const key = z.string().regex(/^[0-9a-f]{16}$/);
const identity = { key, name: z.string().max(200), config: runConfig };
const storedJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), ...identity, parent: key.optional() }),
  z.object({
    kind: z.literal('curvature'),
    ...identity,
    parent: key,
    points: z.int().min(1),
    samples: z.int().min(1),
    seed: z.int().min(0),
  }),
]);

const jobsFile = (out: string): string => join(out, 'jobs.jsonl');

/**
 * Stores the jobs of an experiment, one a line, whole or not at all: the processes of the jobs read there what they do.
 *
 * @throws ExperimentError with the system's code if the folder can't be written
 */
export async function storeJobs(out: string, jobs: readonly Job[]): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    await writeFileAtomically(jobsFile(out), [Buffer.from(jobs.map((job) => `${JSON.stringify(job)}\n`).join(''))]);
  } catch (error) {
    throw new ExperimentError(`can't make the folder ${out} (${errorCode(error) ?? String(error)})`, { cause: error });
  }
}

/**
 * Reads the jobs of an experiment.
 *
 * @param wanted keys of the jobs that are read; all jobs if it is left out
 * @returns a parent stands before its children; none if the experiment has not been planned
 * @throws ExperimentError if the file is damaged, naming the line
 */
export async function readJobs(out: string, wanted?: readonly string[]): Promise<readonly Job[]> {
  const text = await readFile(jobsFile(out), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  return lines
    .filter(({ line }) => line !== '' && (wanted === undefined || wanted.some((each) => line.includes(each))))
    .map(({ line, number }) => parseJob(line, `${jobsFile(out)}, line ${number}`))
    .filter((job) => wanted === undefined || wanted.includes(job.key));
}

function parseJob(line: string, place: string): Job {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ExperimentError(`${place}: expected a job as JSON, found ${JSON.stringify(line.slice(0, 40))}`, {
      cause: error,
    });
  }
  const parsed = storedJob.safeParse(value);
  if (!parsed.success) throw new ExperimentError(`${place}: ${describeIssue(parsed.error)}`);
  const { data } = parsed;
  return data.kind === 'run' ? { ...data, parent: data.parent } : data;
}
