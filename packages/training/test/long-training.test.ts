import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { smallSet } from '../../datasets/test/idx-writer.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const script = fileURLToPath(new URL('long-training.ts', import.meta.url));
const EPOCHS = 1000;
const EVERY = 100;
/** Bytes an epoch. The half-running averages keep a few hundred; one copy of the network's parameters would be 170,000. */
const MOST_GROWTH = 1024;

interface Held {
  readonly epoch: number;
  readonly tensors: number;
  readonly bytes: number;
}

/** What a training holds every hundred epochs, in a process of its own, whose garbage is collected first. */
async function heldOver(backend: string): Promise<Held[]> {
  const folder = await temporaryFolder();
  for (const [name, bytes] of Object.entries(smallSet())) await writeFile(join(folder, name), bytes);
  const flags = ['--expose-gc', '--conditions=@fdr/source', '--import', './register.mjs'];
  const args = [...flags, script, folder, backend, String(EPOCHS), String(EVERY)];
  const lines = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Held);
}

/** The slope of the line through points that fits them best: sum dx dy / sum dx^2. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const along = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return along / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}

it('a training holds as many tensors, and as much memory, after a thousand epochs as after a hundred', async () => {
  const held = await heldOver('onnx');
  expect(held.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS / EVERY }, (_, i) => EVERY * (i + 1)));
  expect(new Set(held.map(({ tensors }) => tensors)).size).toBe(1);
  // The first hundred epochs compile code.
  expect(slope(held.slice(1).map(({ epoch, bytes }) => [epoch, bytes]))).toBeLessThan(MOST_GROWTH);
});
