import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { executorCandidate, pytorchCandidate, type Candidate } from './candidate.js';
import { BATCH_SIZE, benchmarkImages, CNN, MLP, WEIGHT_DECAY, type BenchmarkNetwork } from './network.js';
import { formatRows, median } from './report.js';

const ROUNDS = 9;
/** Milliseconds of each candidate in each round. */
const ROUND_TIME = 400;

/** A candidate, and its milliseconds per step in each round. */
interface Measurement {
  readonly candidate: Candidate;
  readonly milliseconds: readonly number[];
}

/** The steps that a candidate makes in {@link ROUND_TIME}, at least 2. Warms it up, too. */
async function stepsPerRound(candidate: Candidate, most: number): Promise<number> {
  await candidate.makeSteps(2);
  const milliseconds = (await candidate.makeSteps(2)) / 2;
  return Math.min(most, Math.max(2, Math.round(ROUND_TIME / milliseconds)));
}

/** Measures the candidates one after another, {@link ROUNDS} times. */
async function measure(candidates: readonly Candidate[], stepsPerEpoch: number): Promise<readonly Measurement[]> {
  const measured: { candidate: Candidate; steps: number; milliseconds: number[] }[] = [];
  for (const candidate of candidates) {
    const steps = await stepsPerRound(candidate, stepsPerEpoch);
    measured.push({ candidate, steps, milliseconds: [] });
  }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { candidate, steps, milliseconds } of measured)
      milliseconds.push((await candidate.makeSteps(steps)) / steps);
  return measured;
}

/** Everything that can train a network here. An entry is undefined where PyTorch is missing. */
async function startCandidates(network: BenchmarkNetwork, folder: string): Promise<(Candidate | undefined)[]> {
  const images = join(folder, `${network.model}.bin`);
  await writeFile(images, benchmarkImages(network).train.images);
  const executor = (name: string, backend: 'onnx' | 'wasm' | 'cpu', threads: number) =>
    executorCandidate(name, { network, backend, threads });
  const compiled = [await executor('compiled, 1 thread', 'onnx', 1), await executor('compiled, 2 threads', 'onnx', 2)];
  const wasm = await executor('eager wasm', 'wasm', 1);
  // A step of convolutions takes the cpu backend a minute.
  const eager = network.model === 'mlp' ? [wasm, await executor('eager cpu', 'cpu', 1)] : [wasm];
  const pytorch = [await pytorchCandidate(network, images, 1), await pytorchCandidate(network, images, 2)];
  return [...compiled, ...eager, ...pytorch];
}

/** Prints a network's table. Resolves to whether PyTorch took part. */
async function benchmark(network: BenchmarkNetwork, folder: string): Promise<boolean> {
  const started = await startCandidates(network, folder);
  const candidates = started.filter((candidate) => candidate !== undefined);
  const stepsPerEpoch = network.examples / BATCH_SIZE;
  const measurements = await measure(candidates, stepsPerEpoch);
  await Promise.all(candidates.map((candidate) => candidate.end()));
  const first = measurements[0]?.milliseconds ?? [];
  const rows = measurements.map(({ candidate, milliseconds }) => {
    const ratio = median(milliseconds.map((value, round) => value / (first[round] ?? NaN)));
    const epochs = 60_000 / (median(milliseconds) * stepsPerEpoch);
    const range = `${Math.min(...milliseconds).toFixed(2)} - ${Math.max(...milliseconds).toFixed(2)}`;
    const perStep = median(milliseconds).toFixed(2);
    return [candidate.name, perStep, epochs.toFixed(epochs < 10 ? 2 : 1), ratio.toFixed(2), range];
  });
  console.log(`\n${formatRows([network.title, 'ms a step', 'epochs a minute', 'times the first', 'min - max'], rows)}`);
  return !started.includes(undefined);
}

const folder = await mkdtemp(join(tmpdir(), 'fdr-bench-'));
try {
  let pytorch = true;
  for (const network of [MLP, CNN]) pytorch = (await benchmark(network, folder)) && pytorch;
  console.log(
    `\nMedians of ${ROUNDS} rounds, one candidate after another in one process tree, on ${availableParallelism()} cores; the ratios are medians of each round's ratio.` +
      `\nBatch ${BATCH_SIZE}, 1/2 * ${WEIGHT_DECAY} * |theta|^2, observables included; evaluation not counted. Epochs are MNIST's and CIFAR-10's.` +
      (pytorch ? '' : '\nPyTorch: not found (no "import torch" in python3), so left out.'),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
