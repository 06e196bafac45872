import { execFile, spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder, waitUntil } from '@fdr/testing';
import { expect, it, onTestFinished } from 'vitest';

const execute = promisify(execFile);
const FDR = fileURLToPath(new URL('../../apps/cli/bin/fdr.mjs', import.meta.url));
const START = fileURLToPath(new URL('../slurm/start.sh', import.meta.url));
const TIMEOUT = 300_000;

/** A training long enough to be disturbed, and two short ones that start from its end. */
const PLAN = `
base: { dataset: synthetic, schedule: constant, weightDecay: 0.1 }
grid: { learningRate: [0.1, 0.05] }
stages:
  - { epochs: 80 }
  - { epochs: 2 }
slurm: { slurm_partition: test, timeout_min: 5 }
`;

/** A Slurm of this test; undefined, with the reason printed, where there can be none. */
async function startSlurm(folder: string): Promise<string | undefined> {
  const port = 20_000 + (process.pid % 10_000) * 3;
  const { status, stdout, stderr } = spawnSync('bash', [START, folder, String(port)], { encoding: 'utf8' });
  onTestFinished(async () => {
    for (const name of await readdir(folder)) {
      if (!/\.pid$/.test(name) && name !== 'munge') continue;
      const file = join(folder, name === 'munge' ? 'munge/pid' : name);
      const pid = Number(await readFile(file, 'utf8').catch(() => ''));
      if (pid > 0) spawnSync('kill', ['-9', String(pid)]);
    }
  });
  if (status === 0) return stdout.trim();
  console.warn(`skipped: ${stderr.trim()}`);
  return undefined;
}

it(
  'a sweep under a real Slurm survives a killed driver, a killed and a cancelled job and a lost node, bit for bit',
  { timeout: TIMEOUT },
  async (test) => {
    const folder = await temporaryFolder();
    const config = await startSlurm(folder);
    if (config === undefined) {
      test.skip('no Slurm on this machine, and none could be installed');
      return;
    }
    const env = { ...process.env, SLURM_CONF: config };
    const slurm = async (command: string, ...words: string[]): Promise<string> =>
      (await execute(command, words, { env })).stdout;
    const fdr = (...words: string[]) => execute(process.execPath, [FDR, 'sweep', ...words], { cwd: folder, env });
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
      return texts.filter((text) => text.includes('of 80'));
    };
    await writeFile(join(folder, 'plan.yaml'), PLAN);

    // A driver that is killed once Slurm has both arrays, of which the second waits for the first.
    const driver = spawn(process.execPath, [FDR, 'sweep', 'plan.yaml', '--executor', 'slurm'], {
      cwd: folder,
      env,
      detached: true,
    });
    onTestFinished(() => void driver.kill('SIGKILL'));
    await waitUntil(async () => (await logs()).filter((text) => /epoch \d/.test(text)).length === 2);
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
    await slurm('scontrol', 'update', `nodename=${node}`, 'state=resume');
    await waitUntil(async () => (await logs()).filter((text) => text.includes('start 2,')).length === 2);

    // Cancelled, the running jobs save themselves; those that wait go too.
    await fdr('cancel', 'sweeps/plan');
    await waitUntil(async () =>
      [...(await states()).values()].every((state) => ['CANCELLED', 'COMPLETED'].includes(state)),
    );

    // Started again it does what is missing, and ends with the table of an undisturbed sweep.
    expect((await fdr('plan.yaml', '--executor', 'slurm')).stdout).toContain('4 of 4 jobs done');
    expect((await logs()).join('')).toContain('epoch 80 of 80');
    const quiet = await temporaryFolder();
    await writeFile(join(quiet, 'plan.yaml'), PLAN);
    await execute(process.execPath, [FDR, 'sweep', 'plan.yaml', '--executor', 'debug'], { cwd: quiet });
    const table = async (of: string) => {
      await execute(process.execPath, [FDR, 'sweep', 'collect', 'sweeps/plan'], { cwd: of });
      return readFile(join(of, 'sweeps/plan/table.csv'), 'utf8');
    };
    expect(await table(folder)).toBe(await table(quiet));
  },
);
