import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listCheckpoints, openRun, readCheckpoint } from '@fdr/run-store';
import { countInputs } from '@fdr/testing';
import { expect, it } from 'vitest';
import { craftCheckpoint } from '../../../../packages/run-store/test/craft-checkpoint.js';
import { fdr, jsonLines, temporaryFolder } from './fdr.js';

const TRAIN = 'train --dataset synthetic --epochs 1 --batch-size 500 --threads 1 --no-dashboard --json'.split(' ');

/** One line with exit code 2, and no stack. */
const REFUSED = { code: 2, out: '', errors: expect.stringMatching(/^fdr: .+\n$/) };

it.skipIf(process.platform === 'win32')('a damaged run is named in one line, and never waited for', async () => {
  const folder = await temporaryFolder();
  const [first] = jsonLines<{ run: { id: string } }>((await fdr(folder, ...TRAIN)).out);
  const { id } = first!.run;
  const run = await openRun(join(folder, 'runs'), id);
  const checkpoints = await listCheckpoints(run.folder);
  expect(checkpoints).toHaveLength(2);
  const { tensors, state, leftOut } = await readCheckpoint(checkpoints[1]!.path);
  expect(leftOut).toBeDefined();

  // Checkpoints of someone who knows the format: their checksums are right.
  const text = JSON.stringify(state);
  const records = '{"epochs":1,"events":3,"commands":0}';
  const crafted = [
    text.replace(/"step":\d+/, '"step":1000000000000'),
    text.replace(/"averages":\{/, '"averages":{"x":1,'),
    '['.repeat(1e5),
  ];
  for (const [index, content] of crafted.entries())
    await craftCheckpoint(join(run.folder, 'checkpoints', `${1e12 + index}.safetensors`), tensors, {
      state: content,
      records,
      leftOut: leftOut!,
    });
  const resumed = await fdr(folder, 'resume', id, '--epochs', '2', '--no-dashboard', '--json');
  expect(resumed.errors.split('\n').filter((line) => line.endsWith('; it is skipped'))).toHaveLength(crafted.length);
  expect(resumed.errors).not.toContain('    at ');
  expect(resumed.code).toBe(0);

  // One that agrees with itself and has an average that is read at other steps than this training's.
  for (const { path, step } of await listCheckpoints(run.folder)) if (step > 0) await rm(path);
  const other = text.replace(/("loss":\{"first":1,"every":)1/, '$12');
  expect(other).not.toBe(text);
  const { step } = checkpoints[1]!;
  const path = join(run.folder, 'checkpoints', `${step}.safetensors`);
  await craftCheckpoint(path, tensors, { state: other, records, leftOut: leftOut! });
  const again = await fdr(folder, 'resume', id, '--epochs', '3', '--no-dashboard', '--json');
  expect(again.errors).toMatch(/ it has an average of loss whose first, every, .* at step \d+; it is skipped\n/);
  expect(again.code).toBe(0);

  // A pipe in place of the lock, of a run that is said to be running.
  const document = join(run.folder, 'run.json');
  await writeFile(document, (await readFile(document, 'utf8')).replace('"finished"', '"running"'));
  execFileSync('mkfifo', [join(run.folder, 'lock')]);
  expect(await fdr(folder, 'runs', 'ls')).toMatchObject({
    code: 0,
    out: expect.stringContaining('failed'),
    errors: '',
  });
  expect((await fdr(folder, 'runs', 'show', id)).code).toBe(0);

  // A folder in place of the steps.
  await rename(join(run.folder, 'steps.f32'), join(run.folder, 'kept'));
  await mkdir(join(run.folder, 'steps.f32'));
  expect(await fdr(folder, 'replay', id)).toEqual(REFUSED);
  expect((await fdr(folder, 'runs', 'ls')).errors).toContain(`${id} is left out: steps.f32 is not a regular file`);
  countInputs(crafted.length + 3);
});
