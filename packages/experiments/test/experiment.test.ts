import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '@fdr/run-store';
import { DEFAULT_CONFIG } from '@fdr/training';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../src/experiment.js';
import { runsFolder } from '../src/job-index.js';
import { jobTag, makeJob } from '../src/job.js';
import { storeSampleRun, temporaryFolder, writeSampleRun } from './sample-run.js';

const first = makeJob('first', { ...DEFAULT_CONFIG, epochs: 3 });
const child = makeJob('child', { ...DEFAULT_CONFIG, epochs: 3, seed: 2 }, first);

/** A finished run of 3 epochs of 2 steps. */
const FINISHED = { status: 'finished', epochs: 3, plannedEpochs: 3, checkpoints: [6] } as const;

/** In place of `fdr`: stores a copy of the run `template` as the job's, and prints what `fdr train --json` prints of it. */
const TRAINS = `
  import { cpSync, readFileSync, writeFileSync } from 'node:fs';
  const flag = (name) => process.argv[process.argv.indexOf(name) + 1];
  const folder = flag('--runs-dir') + '/' + flag('--name');
  cpSync(new URL('template', import.meta.url), folder, { recursive: true });
  const run = JSON.parse(readFileSync(folder + '/run.json', 'utf8'));
  writeFileSync(folder + '/run.json', JSON.stringify({ ...run, tags: [flag('--tag')] }));
  console.log(JSON.stringify({ type: 'run', run: { id: flag('--name') } }));
  for (const epoch of [1, 2, 3]) console.log(JSON.stringify({ type: 'epoch', epoch: { epoch, ratio: 'NaN' } }));
  console.log(JSON.stringify({ type: 'event', event: {} }));
  process.stdout.write('{"type":"ep');
`;

/** In place of `fdr`: fails, and prints its first two arguments as the error. */
const FAILS = `console.error(process.argv.slice(2, 4).join(' ')); process.exit(1);`;

async function setUp(program: string) {
  const folder = await temporaryFolder();
  await storeSampleRun(folder, { ...FINISHED, id: 'template' });
  const main = join(folder, 'program.mjs');
  await writeFile(main, program);
  const out = join(folder, 'out');
  const log: string[] = [];
  const interruption = new AbortController();
  const run = () =>
    runExperiment([first, child], {
      out,
      concurrency: 2,
      command: [process.execPath, main],
      listen: (remaining, completedBefore) => {
        log.push(`${completedBefore} before, ${remaining.length} remaining`);
        return {
          onChange: ({ job, type }) => log.push(`${job.name} ${type}`),
          onEpoch: (job, epoch) => log.push(`${job.name} epoch ${epoch}`),
          onEnd: () => log.push('end'),
        };
      },
      signal: interruption.signal,
    });
  return { out, log, run, interruption };
}

describe('an experiment', () => {
  it('trains each job in a process, the child from the last checkpoint of its parent, and nothing twice', async () => {
    const { out, log, run } = await setUp(TRAINS);
    const { results, failures } = await run();
    expect(failures).toEqual([]);
    expect([...results.keys()]).toEqual([first.key, child.key]);
    const epochs = (name: string) => [1, 2, 3].map((epoch) => `${name} epoch ${epoch}`);
    expect(log).toEqual([
      '0 before, 2 remaining',
      'first started',
      ...epochs('first'),
      'first completed',
      'child started',
      ...epochs('child'),
      'child completed',
      'end',
    ]);
    const config = async (key: string) =>
      JSON.parse(await readFile(join(out, 'jobs', `${key}.json`), 'utf8')) as object;
    expect(await config(first.key)).toEqual(first.config);
    const start = join(runsFolder(out), 'first', 'checkpoints', '6.safetensors');
    expect(await config(child.key)).toEqual({ ...child.config, start });

    log.length = 0;
    expect((await run()).results.size).toBe(2);
    expect(log).toEqual(['2 before, 0 remaining', 'end']);
  });

  it('reports the error output of a process that failed', async () => {
    const { log, run } = await setUp(FAILS);
    const { results, failures } = await run();
    expect(results.size).toBe(0);
    expect(failures.map(({ reason }) => reason)).toEqual(['train --config', '"first", which it starts from, failed']);
    expect(log.at(-1)).toBe('end');
  });

  it('resumes an interrupted run, and says how to train it again if it cannot be resumed', async () => {
    const { out, run } = await setUp(FAILS);
    const tags = [jobTag(first.key)];
    await storeSampleRun(runsFolder(out), { id: 'old', tags, status: 'stopped', epochs: 1, plannedEpochs: 3 });
    expect((await run()).failures[0]?.reason).toBe('resume old; to train it again from the start, remove run old');
  });

  it('waits for a run that another process is still training', async () => {
    const { out, log, run } = await setUp(FAILS);
    const tags = [jobTag(first.key)];
    const writer = await writeSampleRun(runsFolder(out), { ...FINISHED, id: 'orphan', tags, status: 'running' });
    const ended = run();
    await eventually(() => expect(log).toContain('first started'));
    writer.setStatus('finished');
    await writer.close();
    const { results, failures } = await ended;
    expect([...results.keys()]).toEqual([first.key]);
    expect(failures.map(({ job }) => job.name)).toEqual(['child']);
    expect(log).toContain('first epoch 3');
  });

  it('stops the processes when it is interrupted', async () => {
    const { log, run, interruption } = await setUp(`console.log('started'); setInterval(() => undefined, 1000);`);
    const ended = run();
    await eventually(() => expect(log).toContain('first started'));
    interruption.abort();
    const { results, failures } = await ended;
    expect([results.size, failures]).toEqual([0, []]);
    expect(log).toEqual(['0 before, 2 remaining', 'first started', 'first stopped', 'end']);
  });

  it('refuses a folder in which another process works, and leaves it free when it has ended', async () => {
    const { out, run } = await setUp(TRAINS);
    await run();
    const lock = await lockFolder(out);
    await expect(run()).rejects.toThrow(/process/);
    await lock.release();
    await expect(run()).resolves.toMatchObject({ failures: [] });
  });
});
