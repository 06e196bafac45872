import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorBytes, withoutTimes } from '../src/run-content.js';
import { readOnlyRun } from '../src/run-folder.js';
import { EARLY_DECAY, ENDLESS_TRAINING, expect, test } from './fixtures.js';

const EPOCHS = 30;
const TRAIN = `train --dataset synthetic --epochs ${EPOCHS} --threads 1 --momentum 0.5 --no-dashboard --json ${EARLY_DECAY}`;
/** Matches the line that `--json` prints for an epoch. */
const epochLine = (number: number) => new RegExp(`"epoch":{"epoch":${number},`);

/** Flips a bit of a tensor in the checkpoint of the latest step. Returns the file's name. */
function damageNewestCheckpoint(folder: string): string {
  const [newest = ''] = readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .toSorted((left, right) => parseInt(right) - parseInt(left));
  const bytes = readFileSync(join(folder, newest));
  const position = bytes.length - 100;
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
  writeFileSync(join(folder, newest), bytes);
  return newest;
}

test('a run killed twice, with its newest checkpoint damaged, resumes to the same bits as one that was not', async ({
  start,
  run,
  folder,
}) => {
  expect(await run(`${TRAIN} --runs-dir whole`)).toMatchObject({ exitCode: 0 });
  const whole = readOnlyRun(join(folder, 'whole'));
  expect(whole.events.some(({ type }) => type === 'learningRate')).toBe(true);

  const broken = join(folder, 'broken');
  const often = '--runs-dir broken --checkpoint-every 0 --json';
  const first = start(`${TRAIN.replace(' --json', '')} ${often}`);
  await first.waitForOutput(epochLine(4));
  first.kill('SIGKILL');
  await first.exited;
  const [id = ''] = readdirSync(broken);

  const second = start(`resume ${id} --no-dashboard ${often}`);
  await second.waitForOutput(epochLine(9));
  second.kill('SIGKILL');
  await second.exited;
  const damaged = damageNewestCheckpoint(join(broken, id, 'checkpoints'));

  const third = await run(`resume ${id} --no-dashboard ${often}`);
  expect(third.exitCode).toBe(0);
  expect(third.stderr).toContain(`checkpoint ${damaged}: its SHA-256 is`);
  const resumed = readOnlyRun(broken);
  expect(resumed.run.status).toBe('finished');
  expect(withoutTimes(resumed)).toEqual(withoutTimes(whole));
  expect(resumed.events.filter((event) => event.type === 'status').map(({ status }) => status)).toEqual(
    'running running running finished'.split(' '),
  );
  const last = `${whole.epochs.at(-1)?.step}.safetensors`;
  expect(tensorBytes(resumed, last)).toBe(tensorBytes(whole, last));
});

test('fdr resume continues a stopped run, and a finished one only with more epochs', async ({ start, run, folder }) => {
  const training = start(`${TRAIN} --runs-dir runs`);
  await training.waitForOutput(epochLine(2));
  training.kill('SIGINT');
  expect(await training.exited).toMatchObject({ exitCode: 130 });
  const [id = ''] = readdirSync(join(folder, 'runs'));
  expect(await run(`resume ${id} --no-dashboard`)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await run(`resume ${id} --no-dashboard`)).toMatchObject({
    exitCode: 2,
    stderr: `fdr: run ${id} has finished its ${EPOCHS} epochs; to train it further, say how many there shall be: --epochs N\n`,
  });
  expect(await run(`resume ${id} --no-dashboard --epochs ${EPOCHS + 1}`)).toMatchObject({ exitCode: 0, stderr: '' });

  expect(await run(`${TRAIN.replace(`--epochs ${EPOCHS}`, `--epochs ${EPOCHS + 1}`)} --runs-dir longer`)).toMatchObject(
    {
      exitCode: 0,
    },
  );
  const [resumed, longer] = [readOnlyRun(join(folder, 'runs')), readOnlyRun(join(folder, 'longer'))];
  expect(withoutTimes(resumed)).toEqual(withoutTimes(longer));
  expect(resumed.run.config).toEqual(longer.run.config);
});

test('fdr resume refuses a run that is in use by a process, and an unknown run', async ({ start, run, folder }) => {
  const training = start(`${ENDLESS_TRAINING} --no-dashboard`);
  await training.waitForOutput(/epoch 2/);
  const [id = ''] = readdirSync(join(folder, 'runs'));
  const refused = await run(`resume ${id} --no-dashboard`);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/is in use by process \d+ on /);
  expect(await run('resume no-such-run')).toMatchObject({
    exitCode: 2,
    stderr: 'fdr: there is no run "no-such-run" in runs\n',
  });
  training.kill('SIGTERM');
  expect(await training.exited).toMatchObject({ exitCode: 143 });
});
