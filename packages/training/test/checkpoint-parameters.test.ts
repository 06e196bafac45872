import { join } from 'node:path';
import { eagerExecutor, quadraticTask, sgd, train } from '@fdr/core';
import { constant } from '@fdr/core/relations';
import { temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { writeCheckpoint } from '../../run-store/src/checkpoint.js';
import { checkpointParameters } from '../src/checkpoint-parameters.js';
import { makeAverage } from '../src/registry/averages.js';

const task = quadraticTask({ dimensions: 3, curvature: 1, noise: 1, start: 1, stepsPerEpoch: 5 });

it('a checkpoint gives its parameters, and with #average their average', async () => {
  const training = train({
    task,
    executor: eagerExecutor('cpu'),
    optimizer: sgd(),
    schedule: constant(),
    average: makeAverage('tail'),
    learningRate: 0.1,
    weightDecay: 0.01,
    epochs: 2,
    seed: 1,
  });
  const folder = await temporaryFolder();
  const saved = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await writeCheckpoint(path, training.snapshot());
    return path;
  };
  const before = await saved('0.safetensors');
  for await (const item of training) if (item.type === 'end') break;
  const after = await saved('10.safetensors');
  const { tensors } = training.snapshot();
  const { parameters } = task.objective;
  const own = await checkpointParameters(after, parameters);
  const average = await checkpointParameters(`${after}#average`, parameters);
  expect(own).toEqual({ position: tensors['position']!.values });
  expect(average).toEqual({ position: tensors['average/position']!.values });
  expect(average).not.toEqual(own);
  await expect(checkpointParameters(`${before}#average`, parameters)).rejects.toThrow(
    /^0\.safetensors in .* holds no average of the parameters; expected a checkpoint after the first epoch of a run with --average$/,
  );
});

it('the registry makes the average of a name, and none of none', () => {
  expect(makeAverage('tail')?.settings).toEqual({ kind: 'tail' });
  expect(makeAverage('polynomial')?.settings).toEqual({ kind: 'polynomial' });
  expect(makeAverage(undefined)).toBeUndefined();
});
