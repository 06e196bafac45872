import { basename, dirname, resolve } from 'node:path';
import type { ParameterSpec } from '@fdr/core';
import { readCheckedCheckpoint, RunFolderError } from '@fdr/run-store';
import { checkedState } from './checkpoint-header.js';

/** At the end of a checkpoint's path: its average of the parameters. */
const OF_AVERAGE = '#average';

/**
 * The parameters of a checkpoint, and nothing else of it: a training that begins with them has a new optimizer, new averages
 * and its own shuffling (appendix B: each stage starts where the one before ended, the velocity zeroed).
 *
 * @param path of a `.safetensors` file that a training saved; with {@link OF_AVERAGE} at its end the average that the file holds is taken instead
 * @param parameters what the model asks for
 * @throws RunFolderError naming the file and what does not fit
 */
export async function checkpointParameters(
  given: string,
  parameters: readonly Pick<ParameterSpec, 'name' | 'shape'>[],
): Promise<Record<string, Float32Array>> {
  const averaged = given.endsWith(OF_AVERAGE);
  const path = averaged ? given.slice(0, -OF_AVERAGE.length) : given;
  const expected = parameters.map(({ name, shape }) => ({ name, shape: [...shape] }));
  const { tensors } = await readCheckedCheckpoint(resolve(path), expected, (header) => checkedState(header, expected));
  return Object.fromEntries(
    parameters.map(({ name }) => {
      const values = tensors[averaged ? `average/${name}` : name]?.values;
      if (values instanceof Float32Array) return [name, values];
      if (averaged && !values)
        throw new RunFolderError(
          `${basename(path)} in ${dirname(path)} holds no average of the parameters; expected a checkpoint after the first epoch of a run with --average`,
        );
      const found = values?.constructor.name;
      throw new RunFolderError(`${basename(path)} in ${dirname(path)}: ${name} must be Float32Array, not ${found}`);
    }),
  );
}
