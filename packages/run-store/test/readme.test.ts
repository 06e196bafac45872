import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createRun } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, temporaryFolder } from './sample.js';

it('the code of README.md reads a run', async () => {
  const [, code] = /```ts\n(.*?)```/s.exec(await readFile(new URL('../README.md', import.meta.url), 'utf8')) ?? [];
  const directory = await temporaryFolder();
  const runs = join(directory, 'runs');
  const writer = await createRun(runs, sampleRun('20190506-143000-mnist-mlp-9f86d081'));
  for (const epoch of [1, 2]) {
    writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch, { ratio: epoch }));
  }
  const tensors = {
    'dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
    'dense1.bias': { shape: [3], values: new Float32Array(3) },
  };
  await writer.saveCheckpoint(8, { tensors, state: {} });
  writer.setStatus('finished');
  await writer.close();
  await mkdir(join(runs, 'empty'));

  // The code's own paths, in a directory of the test's own.
  const example = join(directory, 'example.ts');
  const publicList = new URL('../src/index.ts', import.meta.url).pathname;
  await writeFile(example, code?.replace("from '@fdr/run-store'", `from ${JSON.stringify(publicList)}`) ?? '');
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(directory);
  await import(/* @vite-ignore */ pathToFileURL(example).href);

  expect(log.mock.calls).toEqual([
    ['20190506-143000-mnist-mlp-9f86d081', 'finished', 0.902],
    ['empty', 'run empty has no run.json'],
    ['epoch', 1, 'ratio', 1],
    ['epoch', 2, 'ratio', 2],
    ['step', 0, 'loss', 0],
    ['checkpoint', 8, ['dense1.kernel', 'dense1.bias']],
  ]);
});
