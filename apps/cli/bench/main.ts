import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { executorContender, pytorchContender, type Contender } from './contender.js';
import { BATCH_SIZE, CNN, MLP, pictures, WEIGHT_DECAY, type BenchedNetwork } from './network.js';
import { formatRows, median } from './report.js';

const ROUNDS = 9;
/** Milliseconds that one contender has in one round. */
const TURN = 400;

/** As many steps as a contender does in a turn, at least 2; the first steps warm it up. */
async function stepsInTurn({ steps }: Contender, most: number): Promise<number> {
  await steps(2);
  const milliseconds = (await steps(2)) / 2;
  return Math.min(most, Math.max(2, Math.round(TURN / milliseconds)));
}

/** Everyone in turn, {@link ROUNDS} times: milliseconds a step of each round. */
async function race(contenders: readonly Contender[], stepsPerEpoch: number): Promise<number[][]> {
  const counts: number[] = [];
  for (const contender of contenders) counts.push(await stepsInTurn(contender, stepsPerEpoch));
  const milliseconds = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [place, contender] of contenders.entries()) {
      const count = counts[place] ?? 2;
      milliseconds[place]?.push((await contender.steps(count)) / count);
    }
  return milliseconds;
}

/** Prints a network's table. Says whether PyTorch was there. */
async function benchmark(network: BenchedNetwork, folder: string): Promise<boolean> {
  const images = join(folder, `${network.model}.bin`);
  await writeFile(images, pictures(network).train.images);
  const executor = (name: string, backend: 'onnx' | 'wasm' | 'cpu', threads: number) =>
    executorContender(name, { network, backend, threads });
  const everyone = [
    await executor('compiled, 1 thread', 'onnx', 1),
    await executor('compiled, 2 threads', 'onnx', 2),
    // Neither has a usable gradient of convolutions: wasm has none, cpu takes a minute.
    ...(network.model === 'mlp'
      ? [await executor('eager wasm', 'wasm', 1), await executor('eager cpu', 'cpu', 1)]
      : []),
    await pytorchContender(network, images, 1),
    await pytorchContender(network, images, 2),
  ];
  const contenders = everyone.filter((contender) => contender !== undefined);
  const stepsPerEpoch = network.examples / BATCH_SIZE;
  const milliseconds = await race(contenders, stepsPerEpoch);
  await Promise.all(contenders.map((contender) => contender.end()));
  const rows = contenders.map(({ name }, place) => {
    const own = milliseconds[place] ?? [];
    const ratio = median(own.map((value, round) => value / (milliseconds[0]?.[round] ?? NaN)));
    const epochs = 60_000 / (median(own) * stepsPerEpoch);
    const range = `${Math.min(...own).toFixed(2)} - ${Math.max(...own).toFixed(2)}`;
    return [name, median(own).toFixed(2), epochs.toFixed(epochs < 10 ? 2 : 1), ratio.toFixed(2), range];
  });
  console.log(`\n${formatRows([network.title, 'ms a step', 'epochs a minute', 'times the first', 'min - max'], rows)}`);
  return !everyone.includes(undefined);
}

const folder = await mkdtemp(join(tmpdir(), 'fdr-bench-'));
try {
  let pytorch = true;
  for (const network of [MLP, CNN]) pytorch = (await benchmark(network, folder)) && pytorch;
  console.log(
    `\nMedians of ${ROUNDS} rounds, everyone in turn in one process tree, on ${availableParallelism()} cores; the ratios are medians of each round's ratio.` +
      `\nBatch ${BATCH_SIZE}, 1/2 * ${WEIGHT_DECAY} * |theta|^2, observables included; evaluation not counted. Epochs are MNIST's and CIFAR-10's.` +
      (pytorch ? '' : '\nPyTorch: not found (no "import torch" in python3), so left out.'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
