// Saves checkpoints of the run in a folder until it is killed; prints a line after each.
import { checkpointPath, listCheckpoints } from '../src/checkpoint-files.js';
import { writeCheckpoint } from '../src/checkpoint.js';

const folder = process.argv[2] as string;
const values = new Float32Array(500_000).fill(0.5);
for (let step = ((await listCheckpoints(folder)).at(-1)?.step ?? 0) + 1; ; step++) {
  const tensors = { 'dense1.kernel': { shape: [values.length], values } };
  // Every third save replaces an older file.
  const saved = step % 3 === 0 ? step - 2 : step;
  await writeCheckpoint(checkpointPath(folder, saved), { tensors, state: { step: saved } });
  console.log(step);
}
