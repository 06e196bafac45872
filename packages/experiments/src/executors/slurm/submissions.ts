import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, writeFileAtomically } from '@fdr/run-store';
import { ExperimentError } from '../../experiment-error.js';
import type { Dependency, Placement, Task } from './arrays.js';
import type { RunSlurm } from './commands.js';
import { arrayScript, type ScriptOptions } from './script.js';

/** What an array is submitted with. */
interface Submission extends Pick<ScriptOptions, 'command' | 'threads' | 'settings'> {
  readonly tasks: readonly Task[];
  readonly after: Dependency<string> | undefined;
}

/** What an experiment has handed over to Slurm: its folder `slurm` holds a folder for each array, with script, keys and, once Slurm has it, its id. */
export interface Submissions {
  /** Where each job was handed over last; whether it is still there only Slurm knows. */
  readonly placed: ReadonlyMap<string, Placement<string>>;
  /** Submits an array. @returns its id. @throws ExperimentError if Slurm refuses it */
  readonly submit: (submission: Submission) => Promise<string>;
}

/**
 * Opens what an experiment has handed over. A driver that was killed just after Slurm had taken an array, and before it wrote that down, finds it by
 * its name.
 */
export async function openSubmissions(out: string, run: RunSlurm): Promise<Submissions> {
  const folder = join(out, 'slurm');
  await mkdir(folder, { recursive: true });
  const prefix = `fdr-${createHash('sha256')
    .update(await realpath(out))
    .digest('hex')
    .slice(0, 12)}`;
  const numbers = (await readdir(folder))
    .map(Number)
    .filter(Number.isInteger)
    .sort((left, right) => left - right);
  const placed = new Map<string, Placement<string>>();
  for (const number of numbers) {
    const each = join(folder, String(number));
    const array = (await readOrNothing(join(each, 'id'))) ?? (await findByName(each, `${prefix}-${number}`, run));
    if (array === undefined) continue;
    const keys = ((await readOrNothing(join(each, 'keys'))) ?? '').split('\n');
    for (const [index, key] of keys.entries()) if (key !== '') placed.set(key, { array, index });
  }
  let next = (numbers.at(-1) ?? 0) + 1;
  return {
    placed,
    submit: async ({ tasks, after, command, threads, settings }) => {
      const number = next++;
      const each = join(folder, String(number));
      await mkdir(each);
      const keys: string[] = Array.from({ length: 1 + Math.max(...tasks.map(({ index }) => index)) }, () => '');
      for (const { key, index } of tasks) keys[index] = key;
      await writeFile(join(each, 'keys'), `${keys.join('\n')}\n`);
      const name = `${prefix}-${number}`;
      const script = arrayScript({ out, command, keys: join(each, 'keys'), name, threads, settings });
      await writeFile(join(each, 'script.sh'), script);
      const { slurm_array_parallelism: most } = settings;
      const indices = `${ranges(tasks.map(({ index }) => index))}${most === undefined ? '' : `%${most}`}`;
      const waits = after ? [`--dependency=${dependencyText(after)}`] : [];
      const answer = await run('sbatch', ['--parsable', `--array=${indices}`, ...waits, join(each, 'script.sh')]);
      const [array = ''] = answer.trim().split(';');
      if (!/^\d+$/.test(array))
        throw new ExperimentError(`sbatch: expected a job's id, found ${JSON.stringify(answer)}`);
      await writeFileAtomically(join(each, 'id'), [Buffer.from(array)]);
      return array;
    },
  };
}

/** The array of a submission whose id was not written down; undefined if Slurm never got it. */
async function findByName(folder: string, name: string, run: RunSlurm): Promise<string | undefined> {
  const answer = await run('squeue', ['--noheader', '--states=all', `--name=${name}`, '--format=%F']);
  const array = /^\d+$/m.exec(answer)?.[0];
  if (array !== undefined) await writeFileAtomically(join(folder, 'id'), [Buffer.from(array)]);
  return array;
}

const dependencyText = (after: Dependency<string>): string =>
  after.kind === 'corresponding' ? `aftercorr:${after.array}` : `afterok:${after.array}_${after.index}`;

/** Numbers as `--array` has them: `0-2,5`. */
export function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers.toSorted((left, right) => left - right)) {
    const last = parts.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

const readOrNothing = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
