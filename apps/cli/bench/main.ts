import { availableParallelism } from 'node:os';
import { executorContender, pytorchContender, type Contender } from './contender.js';

const ROUNDS = 9;
/** Milliseconds that one contender has in one round. */
const TURN = 400;
const STEPS_PER_EPOCH = 600;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/** As many steps as a contender does in a turn, at least 2; the first steps warm it up. */
async function stepsInTurn({ steps }: Contender): Promise<number> {
  await steps(2);
  const milliseconds = (await steps(2)) / 2;
  return Math.min(STEPS_PER_EPOCH, Math.max(2, Math.round(TURN / milliseconds)));
}

const everyone = [
  await executorContender('compiled, 1 thread', { backend: 'onnx', threads: 1 }),
  await executorContender('compiled, 2 threads', { backend: 'onnx', threads: 2 }),
  await executorContender('eager wasm', { backend: 'wasm', threads: 1 }),
  await executorContender('eager cpu', { backend: 'cpu', threads: 1 }),
  await pytorchContender(1),
  await pytorchContender(2),
];
const contenders = everyone.filter((contender) => contender !== undefined);
const turns = new Map<Contender, number>();
for (const contender of contenders) turns.set(contender, await stepsInTurn(contender));

const milliseconds = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const contender of contenders) {
    const count = turns.get(contender) ?? 2;
    milliseconds.get(contender)?.push((await contender.steps(count)) / count);
  }
}
await Promise.all(contenders.map((contender) => contender.end()));

const [first] = contenders;
const reference = (first && milliseconds.get(first)) ?? [];
const rows = contenders.map((contender) => {
  const own = milliseconds.get(contender) ?? [];
  const middle = median(own);
  const ratio = median(own.map((value, round) => value / (reference[round] ?? NaN)));
  return [
    contender.name,
    middle.toFixed(2),
    (60_000 / (middle * STEPS_PER_EPOCH)).toFixed(1),
    ratio.toFixed(2),
    `${Math.min(...own).toFixed(2)} - ${Math.max(...own).toFixed(2)}`,
  ];
});
const header = ['MLP step with observables', 'ms a step', 'epochs a minute', 'times the first', 'min - max'];
const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join('  ');

console.log([header, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('\n'));
console.log(
  `\nMedians of ${ROUNDS} rounds, everyone in turn in one process tree, on ${availableParallelism()} cores; the ratios are medians of each round's ratio.` +
    `\n784-200-200-10, batch 100, 1/2 * 0.01 * |theta|^2; an epoch is ${STEPS_PER_EPOCH} steps, evaluation not counted.` +
    (everyone.includes(undefined) ? '\nPyTorch: not found (no "import torch" in python3), so left out.' : ''),
);
process.exit(0);
