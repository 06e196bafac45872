import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PROGRAM } from '../src/fdr-process.js';
import { expect, test } from './fixtures.js';

const execute = promisify(execFile);
const START = fileURLToPath(new URL('../slurm/start.sh', import.meta.url));

/** A training long enough to be disturbed, and two short ones that start from its end. */
const PLAN = `
base: { dataset: synthetic, schedule: constant, weightDecay: 0.1 }
grid: { learningRate: [0.1, 0.05] }
stages:
  - { epochs: 120 }
  - { epochs: 2 }
slurm: { slurm_partition: test, timeout_min: 5 }
`;

/** Starts a Slurm in a folder. @returns the path of its configuration; undefined, with the reason printed, where there can be none */
function startSlurm(folder: string): string | undefined {
  const port = 20_000 + (process.pid % 10_000) * 3;
  const { status, stdout, stderr } = spawnSync('bash', [START, folder, String(port)], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  console.warn(`skipped: ${stderr.trim()}`);
  return undefined;
}

/** Ends the Slurm of a folder. */
async function endSlurm(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.pid')).concat('munge/pid');
  for (const file of files) {
    const pid = Number(await readFile(join(folder, file), 'utf8').catch(() => ''));
    if (pid > 0) spawnSync('kill', ['-9', String(pid)]);
  }
}

// Slurm's own daemons are timed by seconds.
test.describe.configure({ retries: 1 });

test('a sweep under a real Slurm survives a killed driver, a killed and a cancelled job and a lost node, bit for bit', async ({
  folder,
}) => {
  const config = startSlurm(folder);
  test.skip(config === undefined, 'no Slurm on this machine, and none could be installed');
  if (config === undefined) return;
  try {
    await surviveAll(folder, config);
  } finally {
    await endSlurm(folder);
  }
});

async function surviveAll(folder: string, config: string): Promise<void> {
  const waitUntil = (condition: () => Promise<boolean>) => expect.poll(condition).toBe(true);
  const env = { ...process.env, SLURM_CONF: config };
  const slurm = async (command: string, ...words: string[]): Promise<string> =>
    (await execute(command, words, { env })).stdout;
  const fdr = (...words: string[]) => execute(process.execPath, [PROGRAM, 'sweep', ...words], { cwd: folder, env });
  const states = async () =>
    new Map(
      (await slurm('squeue', '--noheader', '--array', '--states=all', '--format=%i|%T'))
        .trim()
        .split('\n')
        .map((line) => line.split('|') as [string, string]),
    );
  const logs = async () => {
    const names = await readdir(join(folder, 'sweeps/plan/logs')).catch(() => []);
    const texts = await Promise.all(names.map((name) => readFile(join(folder, 'sweeps/plan/logs', name), 'utf8')));
    return texts.filter((text) => text.includes('of 120'));
  };
  await writeFile(join(folder, 'plan.yaml'), PLAN);

  // A driver that is killed once Slurm has both arrays, of which the second waits for the first.
  const driver = spawn(process.execPath, [PROGRAM, 'sweep', 'plan.yaml', '--executor', 'slurm'], {
    cwd: folder,
    env,
    detached: true,
  });
  await waitUntil(async () => (await logs()).filter((text) => /epoch \d/.test(text)).length === 2);
  await waitUntil(async () => (await states()).size === 4);
  driver.kill('SIGKILL');
  expect(Object.fromEntries(await states())).toMatchObject({
    '1_0': 'RUNNING',
    '1_1': 'RUNNING',
    '2_0': 'PENDING',
    '2_1': 'PENDING',
  });

  // A job that is told of its time limit saves itself and is queued again. A node that is lost and comes back: Slurm starts its job again.
  const node = (await slurm('squeue', '--noheader', '--states=running', '--jobs=1_1', '--format=%N')).trim();
  await slurm('scancel', '--batch', '--signal=USR1', '1_0');
  await slurm('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=test');
  // It may have come back by itself: its daemon runs, and ReturnToService is 2.
  await slurm('scontrol', 'update', `nodename=${node}`, 'state=resume').catch(() => undefined);
  await waitUntil(async () => (await logs()).filter((text) => text.includes('start 2,')).length === 2);

  // A job that is killed without a word is queued again, too.
  const pids = (await execute('pgrep', ['-f', `run-job ${folder}/sweeps/plan`])).stdout.trim().split('\n');
  process.kill(Number(pids[0]), 'SIGKILL');
  await waitUntil(async () => (await logs()).some((text) => text.includes('start 3,')));

  // Cancelled, the running jobs save themselves; those that wait go too.
  await fdr('cancel', 'sweeps/plan');
  await waitUntil(async () =>
    [...(await states()).values()].every((state) => ['CANCELLED', 'COMPLETED'].includes(state)),
  );

  // Started again it does what is missing, and ends with the table of an undisturbed sweep.
  expect((await fdr('plan.yaml', '--executor', 'slurm')).stdout).toContain('4 of 4 jobs done');
  expect((await logs()).join('')).toContain('epoch 120 of 120');
  const quiet = join(folder, 'quiet');
  await mkdir(quiet);
  await writeFile(join(quiet, 'plan.yaml'), PLAN);
  await execute(process.execPath, [PROGRAM, 'sweep', 'plan.yaml', '--executor', 'debug'], { cwd: quiet });
  const table = async (of: string) => {
    await execute(process.execPath, [PROGRAM, 'sweep', 'collect', 'sweeps/plan'], { cwd: of });
    return readFile(join(of, 'sweeps/plan/table.csv'), 'utf8');
  };
  expect(await table(folder)).toBe(await table(quiet));
}
