import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@fdr/testing';
import { DEFAULT_CONFIG } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { planArrays } from '../../src/executors/slurm/arrays.js';
import { slurmSettings } from '../../src/executors/slurm/settings.js';
import { arrayScript } from '../../src/executors/slurm/script.js';
import { slurmExecutor } from '../../src/executors/slurm/slurm.js';
import { askStates, parseStates } from '../../src/executors/slurm/states.js';
import { openSubmissions, ranges } from '../../src/executors/slurm/submissions.js';
import { watchTasks } from '../../src/executors/slurm/task-watcher.js';
import { runsFolder } from '../../src/job-index.js';
import { makeJob, runIdOf, type RunJob } from '../../src/job.js';
import { storeSampleRun } from '../sample-run.js';

const job = (seed: number, parent?: RunJob) => makeJob(`seed ${seed}`, { ...DEFAULT_CONFIG, epochs: 3, seed }, parent);
const settings = slurmSettings.parse({});
const store = (out: string, each: RunJob) =>
  storeSampleRun(runsFolder(out), {
    id: runIdOf(each),
    status: 'finished',
    epochs: 3,
    plannedEpochs: 3,
    checkpoints: [6],
  });

describe('the arrays of jobs', () => {
  it('are as few as the dependencies allow: one for each stage of many chains', () => {
    const initial = job(1);
    const first = [2, 3, 4].map((seed) => job(seed, initial));
    const second = first.map((parent, index) => job(10 + index, parent));
    const arrays = planArrays([initial, ...first, ...second], new Map());
    expect(arrays.map(({ tasks, after }) => [tasks.map(({ index }) => index), after])).toEqual([
      [[0], undefined],
      [[0, 1, 2], { kind: 'task', array: 0, index: 0 }],
      [[0, 1, 2], { kind: 'corresponding', array: 1 }],
    ]);
    expect(arrays[2]?.tasks.map(({ key }) => key)).toEqual(second.map(({ key }) => key));
  });

  it('wait for what Slurm has already, at the index that it has there, and for nothing that is done', () => {
    const [queued, done] = [job(1), job(2)];
    const arrays = planArrays([job(3, queued), job(4, done)], new Map([[queued.key, { array: '17', index: 5 }]]));
    expect(arrays).toEqual([
      { tasks: [{ key: job(3, queued).key, index: 5 }], after: { kind: 'corresponding', array: '17' } },
      { tasks: [{ key: job(4, done).key, index: 0 }], after: undefined },
    ]);
  });

  it('are no longer than Slurm takes, and every job of a large tree waits for its own parent', () => {
    const roots = Array.from({ length: 1500 }, (_, index) => job(index));
    const children = roots.flatMap((parent, index) =>
      index % 7 === 0 ? [job(1e6 + index, parent), job(2e6 + index, parent)] : [job(1e6 + index, parent)],
    );
    const arrays = planArrays([...roots, ...children], new Map());
    const keyAt = (array: number | string, index: number) =>
      arrays[Number(array)]?.tasks.find((task) => task.index === index)?.key;
    const parents = new Map(children.map(({ key, parent }) => [key, parent]));
    let seen = 0;
    for (const { tasks, after } of arrays) {
      expect(Math.max(...tasks.map(({ index }) => index))).toBeLessThan(1000);
      expect(new Set(tasks.map(({ index }) => index)).size).toBe(tasks.length);
      for (const { key, index } of tasks) {
        seen += 1;
        const waitsFor = after && keyAt(after.array, after.kind === 'task' ? after.index : index);
        expect(waitsFor).toBe(parents.get(key));
      }
    }
    expect(seen).toBe(roots.length + children.length);
  });

  it('names indices as sbatch takes them', () => {
    expect(ranges([3, 0, 1, 2, 7, 9, 8])).toBe('0-3,7-9');
    expect(ranges([5])).toBe('5');
  });
});

describe('what Slurm says', () => {
  it('is believed where it is clear, and unknown where it is odd: never failed', () => {
    const odd = `slurm_load_jobs error: Socket timed out\n\n17_0|RUNNING\n17_1|COMPLETED\n17_2|CANCELLED by 1000\n17_3|OUT_OF_MEMORY\n17_4|HELLO\n17_[5-9]|PENDING\n17_x|FAILED\n|\n18|PENDING|extra\nFAILED`;
    expect([...parseStates(odd)]).toEqual([
      ['17_0', 'active'],
      ['17_1', 'completed'],
      ['17_2', { failed: 'CANCELLED' }],
      ['17_3', { failed: 'OUT_OF_MEMORY' }],
      ['17_4', 'unknown'],
      ['18', 'active'],
    ]);
  });

  it('is no answer where the queue fails, and an empty one where it has forgotten the only array', async () => {
    const failing = (message: string) => () => Promise.reject(new Error(message));
    expect(await askStates(failing('Unable to contact slurm controller'), ['1'])).toEqual({
      states: new Map(),
      answered: false,
    });
    expect(await askStates(failing('slurm_load_jobs error: Invalid job id specified'), ['1'])).toMatchObject({
      answered: true,
    });
    const accounted = (command: string) =>
      command === 'sacct' ? Promise.resolve('1_0|COMPLETED\n1_1|FAILED\n') : Promise.resolve('1_1|PENDING\n');
    expect([...(await askStates(accounted, ['1'])).states]).toEqual([
      ['1_0', 'completed'],
      ['1_1', 'active'],
    ]);
  });

  it('does not end the waiting while the queue fails; a task that it does not know is given up after some answers, unless it is done', async () => {
    const out = await temporaryFolder();
    const [lost, done, failed] = [job(1), job(2), job(3)];
    await store(out, done);
    let asked = 0;
    const run = (command: string) => {
      if (command !== 'squeue') return Promise.resolve('');
      asked += 1;
      return asked <= 5 ? Promise.reject(new Error('timeout')) : Promise.resolve('7_2|TIMEOUT\n');
    };
    const { watch } = watchTasks(out, { run, interval: 1, patience: 3 });
    const ends = [lost, done, failed].map((each, index) =>
      watch(each, { array: '7', index }).ended.then(() => 'done', String),
    );
    expect(await Promise.all(ends)).toEqual([
      'Error: Slurm does not know task 7_0, and its job is not done; the same command goes on with it',
      'done',
      'Error: Slurm says TIMEOUT of task 7_2',
    ]);
    // Five failures, then as many answers as it is patient.
    expect(asked).toBe(8);
  });
});

describe('a submission', () => {
  const submission = {
    tasks: [
      { key: job(1).key, index: 0 },
      { key: job(2).key, index: 2 },
    ],
    after: undefined,
    command: ['node'],
    threads: 1,
    settings,
  };

  it('is found again by its name after the driver was killed before it could write down the id', async () => {
    const out = await temporaryFolder();
    const { submit } = await openSubmissions(out, () => Promise.resolve('41;cluster\n'));
    expect(await submit(submission)).toBe('41');
    await rm(join(out, 'slurm', '1', 'id'));
    const asked: string[] = [];
    const { placed } = await openSubmissions(out, (command, args) => {
      asked.push([command, ...args].join(' '));
      return Promise.resolve('41\n41\n');
    });
    expect([...placed]).toEqual([
      [job(1).key, { array: '41', index: 0 }],
      [job(2).key, { array: '41', index: 2 }],
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^squeue --noheader --states=all --name=fdr-[0-9a-f]{12}-1 --format=%F$/);
    // Slurm never got it.
    await rm(join(out, 'slurm', '1', 'id'));
    expect((await openSubmissions(out, () => Promise.resolve(''))).placed.size).toBe(0);
  });

  it('goes on to wait for what Slurm still has, and hands over again what it has lost or ended', async () => {
    const out = await temporaryFolder();
    await mkdir(runsFolder(out));
    const sent: string[] = [];
    const run = (command: string, args: readonly string[]) => {
      if (command === 'sbatch') sent.push(args.filter((word) => word.startsWith('--')).join(' '));
      return Promise.resolve(command === 'sbatch' ? String(40 + sent.length) : '41_0|RUNNING\n41_2|FAILED\n');
    };
    await (await openSubmissions(out, run)).submit(submission);
    const executor = await slurmExecutor({
      command: ['node'],
      settings,
      log: () => undefined,
      run,
      interval: 1,
      patience: 1000,
    })(out);
    const child = job(3, job(1));
    const pending = await Promise.all([job(1), job(2), child].map((each) => executor.start(each)));
    for (const { stop } of pending) stop();
    expect(sent).toEqual([
      '--parsable --array=0,2',
      '--parsable --array=0',
      '--parsable --array=0 --dependency=aftercorr:41',
    ]);
  });
});

describe('the script of an array', () => {
  /** Runs a script's own shell with commands of Slurm and `fdr` that say what they were called with. */
  async function runScript(fdr: string, environment: Record<string, string> = {}) {
    const folder = await temporaryFolder();
    const out = join(folder, "it's here");
    await mkdir(join(out, 'logs'), { recursive: true });
    const program = async (name: string, text: string) => {
      await writeFile(join(folder, name), `#!/bin/bash\n${text}\n`);
      await chmod(join(folder, name), 0o755);
    };
    await program('scontrol', `echo "$@" >> "${folder}/requeued"`);
    await program('sleep', '');
    await program('fdr', fdr);
    await writeFile(join(folder, 'keys'), 'a\n\nc\n');
    const script = arrayScript({
      out,
      command: [join(folder, 'fdr')],
      keys: join(folder, 'keys'),
      name: 'x',
      threads: 2,
      settings: slurmSettings.parse({
        slurm_partition: 'gpu',
        mem_gb: 1.5,
        timeout_min: 30,
        slurm_setup: ['export SET=up'],
        slurm_additional_parameters: { 'mail-type': 'END' },
      }),
    });
    const env = {
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      SLURM_ARRAY_TASK_ID: '2',
      SLURM_ARRAY_JOB_ID: '17',
      ...environment,
    };
    let code = 0;
    try {
      execFileSync('bash', ['-c', script], { env, stdio: 'ignore' });
    } catch (error) {
      code = (error as { status: number }).status;
    }
    const requeued = await readFile(join(folder, 'requeued'), 'utf8').catch(() => '');
    return { script, code, requeued, log: await readFile(join(out, 'logs', 'c.log'), 'utf8') };
  }

  it('asks for what the settings say and runs the job of its index after the lines of set-up', async () => {
    const { script, code, requeued, log } = await runScript('echo "$1 $3 $SET"; echo "$2"');
    expect([code, requeued]).toEqual([0, '']);
    expect(log).toMatch(/^task 17_2, start 1, on .*\nrun-job c up\n.*it's here\n$/);
    for (const line of [
      'partition=gpu',
      'mem=1536M',
      'time=30',
      'cpus-per-task=2',
      'mail-type=END',
      'signal=B:USR1@90',
      'requeue',
    ])
      expect(script).toContain(`#SBATCH --${line}\n`);
    expect(script).not.toContain('gpus');
  });

  it('hands the signal of the time limit on, waits until the training has saved itself, and queues again', async () => {
    const saves = `trap 'echo saving; "${process.execPath}" -e "setTimeout(() => {}, 50)"; echo saved; exit 138' USR1\nkill -USR1 $PPID\nwhile true; do :; done`;
    const { code, requeued, log } = await runScript(saves);
    expect(log).toContain('saving\nsaved\n');
    expect([code, requeued]).toEqual([138, 'requeue 17_2\n']);
  });

  it('queues a killed job again a few times, and a failed one never', async () => {
    expect((await runScript('kill -9 $$')).requeued).toBe('requeue 17_2\n');
    expect((await runScript('kill -9 $$', { SLURM_RESTART_COUNT: '3' })).requeued).toBe('');
    expect(await runScript('exit 2')).toMatchObject({ code: 2, requeued: '' });
  });
});
