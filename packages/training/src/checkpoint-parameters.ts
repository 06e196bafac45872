import { basename, dirname, resolve } from 'node:path';
import type { ParameterSpec } from '@fdr/core';
import { readCheckedCheckpoint, RunFolderError } from '@fdr/run-store';
import { checkedState } from './checkpoint-header.js';

/**
 * The parameters of a checkpoint, and nothing else of it: a training that begins with them has a new optimizer, new averages
 * and its own shuffling (appendix B: each stage starts where the one before ended, the velocity zeroed).
 *
 * @param path of a `.safetensors` file that a training saved
 * @param parameters what the model asks for
 * @throws RunFolderError naming the file and what does not fit
 */
export async function checkpointParameters(
  path: string,
  parameters: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
): Promise<Record<string, Float32Array>> {
  const expected = parameters.map(({ name, shape }) => ({ name, shape: [...shape] }));
  const { tensors } = await readCheckedCheckpoint(resolve(path), expected, (header) => checkedState(header, expected));
  return Object.fromEntries(
    parameters.map(({ name }) => {
      const values = tensors[name]?.values;
      if (values instanceof Float32Array) return [name, values];
      const found = values?.constructor.name;
      throw new RunFolderError(`${basename(path)} in ${dirname(path)}: ${name} must be Float32Array, not ${found}`);
    }),
  );
}
