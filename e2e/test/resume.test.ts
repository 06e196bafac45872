import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochRecord, EventRecord } from '@fdr/records';
import { readOnlyRun, type RunFolder } from '../src/run-folder.js';
import { EARLY_DROPS, expect, test } from './world.js';

const EPOCHS = 30;
const WORDS = `train --dataset synthetic --epochs ${EPOCHS} --threads 1 --momentum 0.5 --no-dashboard --json ${EARLY_DROPS}`;
/** The line that `--json` prints of an epoch. */
const epoch = (number: number) => new RegExp(`"epoch":{"epoch":${number},`);

/** Everything but wall times, and who stopped it and began it anew. */
const substance = ({ epochs, events, steps }: RunFolder) => ({
  epochs: epochs.map((record: EpochRecord) => ({ ...record, seconds: 0 })),
  events: events
    .filter(({ type }) => type !== 'status' && type !== 'command')
    .map((event: EventRecord) => ({ ...event, time: '' })),
  steps: steps.toString('base64'),
});

test('a run that was killed twice, its last checkpoint damaged, goes on to the same bits', async ({
  start,
  run,
  folder,
}) => {
  expect(await run(`${WORDS} --runs-dir whole`)).toMatchObject({ exitCode: 0 });
  const whole = readOnlyRun(join(folder, 'whole'));
  expect(whole.events.some(({ type }) => type === 'learningRate')).toBe(true);

  const broken = join(folder, 'broken');
  const often = '--runs-dir broken --checkpoint-every 0 --json';
  const first = start(`${WORDS.replace(' --json', '')} ${often}`);
  await first.says(epoch(4));
  first.kill('SIGKILL');
  await first.ended;
  const [id = ''] = readdirSync(broken);

  const second = start(`resume ${id} --no-dashboard ${often}`);
  await second.says(epoch(9));
  second.kill('SIGKILL');
  await second.ended;
  const checkpoints = join(broken, id, 'checkpoints');
  const newest = readdirSync(checkpoints)
    .filter((name) => /^\d/.test(name))
    .toSorted((left, right) => parseInt(left) - parseInt(right))
    .at(-1) as string;
  const bytes = readFileSync(join(checkpoints, newest));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
  writeFileSync(join(checkpoints, newest), bytes);

  const third = await run(`resume ${id} --no-dashboard ${often}`);
  expect(third.exitCode).toBe(0);
  expect(third.stderr).toContain(`checkpoint ${newest}: its SHA-256 is`);
  const resumed = readOnlyRun(broken);
  expect(resumed.run.status).toBe('finished');
  expect(substance(resumed)).toEqual(substance(whole));
  expect(resumed.events.filter((event) => event.type === 'status').map(({ status }) => status)).toEqual([
    ...['running', 'running', 'running', 'finished'],
  ]);
  const last = `${whole.epochs.at(-1)?.step}.safetensors`;
  const tensors = ({ path }: RunFolder): string => {
    const file = readFileSync(join(path, 'checkpoints', last));
    return file.subarray(8 + Number(file.readBigUInt64LE())).toString('base64');
  };
  expect(tensors(resumed)).toBe(tensors(whole));
});

test('a stopped run goes on, a finished one only if it is given more epochs', async ({ start, run, folder }) => {
  const training = start(`${WORDS} --runs-dir runs`);
  await training.says(epoch(2));
  training.kill('SIGINT');
  expect(await training.ended).toMatchObject({ exitCode: 130 });
  const [id = ''] = readdirSync(join(folder, 'runs'));
  expect(await run(`resume ${id} --no-dashboard`)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await run(`resume ${id} --no-dashboard`)).toMatchObject({
    exitCode: 2,
    stderr: `fdr: run ${id} has finished its ${EPOCHS} epochs; to train it further, say how many there shall be: --epochs N\n`,
  });
  expect(await run(`resume ${id} --no-dashboard --epochs ${EPOCHS + 1}`)).toMatchObject({ exitCode: 0, stderr: '' });

  expect(await run(`${WORDS.replace(`--epochs ${EPOCHS}`, `--epochs ${EPOCHS + 1}`)} --runs-dir longer`)).toMatchObject(
    {
      exitCode: 0,
    },
  );
  const [resumed, longer] = [readOnlyRun(join(folder, 'runs')), readOnlyRun(join(folder, 'longer'))];
  expect(substance(resumed)).toEqual(substance(longer));
  expect(resumed.run.config).toEqual(longer.run.config);
});

test('what is being trained by a living process, or is no run, is not resumed', async ({ start, run, folder }) => {
  const training = start('train --dataset synthetic --epochs 100000 --threads 1 --no-dashboard');
  await training.says(/epoch 2/);
  const [id = ''] = readdirSync(join(folder, 'runs'));
  const refused = await run(`resume ${id} --no-dashboard`);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/is in use by process \d+ on /);
  expect(await run('resume no-such-run')).toMatchObject({
    exitCode: 2,
    stderr: 'fdr: there is no run "no-such-run"\n',
  });
  training.kill('SIGTERM');
  expect(await training.ended).toMatchObject({ exitCode: 143 });
});
