// Saves checkpoints until it is killed; prints a line after each.
import { join } from 'node:path';
import { checkpointSteps, writeCheckpoint } from '../src/checkpoint.js';

const folder = process.argv[2] as string;
const values = new Float32Array(500_000).fill(0.5);
for (let step = ((await checkpointSteps(folder)).at(-1) ?? 0) + 1; ; step++) {
  const tensors = { 'dense1.kernel': { shape: [values.length], values } };
  // Every third save replaces an older file.
  const name = step % 3 === 0 ? step - 2 : step;
  await writeCheckpoint(join(folder, `${name}.safetensors`), { tensors, state: { step: name } });
  console.log(step);
}
