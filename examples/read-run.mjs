// Reads a run folder with nothing but Node: node read-run.mjs runs/ID
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = process.argv[2] ?? 'runs';
const run = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));
const lines = (await readFile(join(folder, 'epochs.jsonl'), 'utf8')).split('\n');
// A torn last line is no line.
const epochs = lines.slice(0, -1).map((line) => JSON.parse(line));

const bytes = await readFile(join(folder, 'steps.f32'));
const width = run.stepColumns.length;
const rows = Math.floor(bytes.length / (4 * width));
const column = (name) => {
  const index = run.stepColumns.indexOf(name);
  return Array.from({ length: rows }, (_, row) => bytes.readFloatLE(4 * (row * width + index)));
};

console.log(run.id, run.status, 'epochs', epochs.length, 'steps', rows);
console.log('ratio', epochs.at(-1).ratio);
console.log('loss', column('loss').at(-1));
