import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from '@fdr/run-store';
import { DEFAULT_CONFIG } from '@fdr/training';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { localExecutor } from '../src/executors/local.js';
import { runExperiment } from '../src/experiment.js';
import { runsFolder } from '../src/job-index.js';
import { makeJob, runIdOf } from '../src/job.js';
import { storeSampleRun, temporaryFolder, writeSampleRun } from './sample-run.js';

const first = makeJob('first', { ...DEFAULT_CONFIG, epochs: 3 });
const child = makeJob('child', { ...DEFAULT_CONFIG, epochs: 3, seed: 2 }, first);

/** A finished run of 3 epochs of 2 steps. */
const FINISHED = { status: 'finished', epochs: 3, plannedEpochs: 3, checkpoints: [6] } as const;

/** In place of `fdr run-job FOLDER KEY`: stores a copy of the run `template` as the job's. */
const TRAINS = `
  import { cpSync } from 'node:fs';
  const [, , command, out, key] = process.argv;
  console.log(command, key);
  cpSync(new URL('template', import.meta.url), out + '/runs/mlp-' + key, { recursive: true });
`;

/** In place of `fdr`: fails of itself, and records it as `fdr` does. */
const FAILS = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  const [, , , out, key] = process.argv;
  mkdirSync(out + '/failures', { recursive: true });
  writeFileSync(out + '/failures/' + key, 'no data');
  process.exit(1);
`;

async function setUp(program: string) {
  const folder = await temporaryFolder();
  await storeSampleRun(folder, { ...FINISHED, id: 'template' });
  const main = join(folder, 'program.mjs');
  await writeFile(main, program);
  const out = join(folder, 'out');
  const log: string[] = [];
  const interruption = new AbortController();
  const run = (retryFailed = true) =>
    runExperiment([first, child], {
      out,
      executor: localExecutor({ command: [process.execPath, main], concurrency: 2 }),
      retryFailed,
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
  return { out, main, log, run, interruption };
}

describe('an experiment', () => {
  it('runs each job in a process, the child after its parent, and nothing twice', async () => {
    const { out, log, run } = await setUp(TRAINS);
    const { results, failures } = await run();
    expect(failures).toEqual([]);
    expect([...results.keys()]).toEqual([first.key, child.key]);
    expect(log).toEqual([
      '0 before, 2 remaining',
      'first started',
      'first epoch 3',
      'first completed',
      'child started',
      'child epoch 3',
      'child completed',
      'end',
    ]);
    const printed = await readFile(join(out, 'logs', `${child.key}.log`), 'utf8');
    expect(printed).toBe(`run-job ${child.key}\n`);

    log.length = 0;
    expect((await run()).results.size).toBe(2);
    expect(log).toEqual(['2 before, 0 remaining', 'end']);
  });

  it('tells why a job failed, also the next time, until it is tried again', async () => {
    const { main, run } = await setUp(FAILS);
    expect((await run()).failures.map(({ reason }) => reason)).toEqual([
      'no data',
      '"first", which it starts from, failed',
    ]);
    await writeFile(main, TRAINS);
    const [again] = (await run(false)).failures;
    expect(again?.reason).toBe('no data (failed before; --retry-failed tries it again)');
    expect((await run(true)).failures).toEqual([]);
  });

  it('names the signal that killed a process', async () => {
    const { run } = await setUp(`process.kill(process.pid, 'SIGKILL')`);
    expect((await run()).failures[0]?.reason).toBe('its process ended with SIGKILL');
  });

  it('waits for a run that another process is still training', async () => {
    const { out, log, run } = await setUp(FAILS);
    const writer = await writeSampleRun(runsFolder(out), { ...FINISHED, id: runIdOf(first), status: 'running' });
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
