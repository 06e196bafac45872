import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run as runSchema } from '@fdr/records';
import { expect, it } from 'vitest';
import { fdr, temporaryFolder } from './fdr.js';

const TRAIN = ['train', '--no-dashboard', '--json', '--dataset', 'synthetic', '--backend', 'onnx', '--threads', '1'];

/** The values of one column of a run's steps. */
async function column(folder: string, name: string): Promise<Float32Array> {
  const { stepColumns } = runSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
  const { buffer } = Uint8Array.from(await readFile(join(folder, 'steps.f32')));
  return new Float32Array(buffer).filter((_, index) => index % stepColumns.length === stepColumns.indexOf(name));
}

it('--centre reads O_L from theta_c, moves nothing, and survives a resume without its checkpoint', async () => {
  const folder = await temporaryFolder();
  const runs = async (name: string): Promise<string> => {
    const [id = ''] = (await readdir(join(folder, name))).filter((entry) => !entry.startsWith('.'));
    return join(folder, name, id);
  };
  const train = async (runsDirectory: string, ...words: string[]): Promise<string> => {
    expect(await fdr(folder, ...TRAIN, '--runs-dir', runsDirectory, ...words)).toMatchObject({ code: 0, errors: '' });
    return runs(runsDirectory);
  };
  const plain = await train('plain', '--epochs', '2');
  const centre = join(plain, 'checkpoints', '80.safetensors');
  const whole = await train('whole', '--epochs', '2', '--centre', centre);
  expect(await column(whole, 'loss')).toEqual(await column(plain, 'loss'));
  expect(await column(whole, 'oR')).toEqual(await column(plain, 'oR'));
  expect(await column(whole, 'oL')).not.toEqual(await column(plain, 'oL'));

  const resumed = await train('resumed', '--epochs', '1', '--centre', centre);
  await rm(centre);
  const id = resumed.split('/').at(-1) ?? '';
  const words = ['resume', id, '--epochs', '2', '--runs-dir', 'resumed', '--no-dashboard', '--json'];
  expect(await fdr(folder, ...words)).toMatchObject({ code: 0 });
  expect(await readFile(join(resumed, 'steps.f32'))).toEqual(await readFile(join(whole, 'steps.f32')));
});
