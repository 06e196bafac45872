import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRun } from '../src/run-reader.js';
import { createRun } from '../src/run-writer.js';
import { readStepBlocks } from '../src/step-blocks.js';
import { sampleRun, sampleSteps, temporaryFolder } from './sample.js';

async function runOf(steps: number) {
  const runs = await temporaryFolder();
  const writer = await createRun(runs, sampleRun());
  writer.appendSteps(sampleSteps(0, steps));
  await writer.close();
  return openRun(runs, 'sample');
}

async function blocksOf(reader: Parameters<typeof readStepBlocks>[0]) {
  const blocks: { from: number; rows: Float32Array }[] = [];
  for await (const block of readStepBlocks(reader)) blocks.push(block);
  return blocks;
}

describe('the blocks of recorded steps', () => {
  it.each([
    [0, []],
    [1, [0]],
    [16_383, [0]],
    [16_384, [0]],
    [16_385, [0, 16_384]],
    [40_000, [0, 16_384, 32_768]],
  ])('of %i steps begin at %j and hold every row once', async (steps, begins) => {
    const blocks = await blocksOf(await runOf(steps));
    expect(blocks.map(({ from }) => from)).toEqual(begins);
    for (const { from, rows } of blocks) {
      const to = Math.min(from + 16_384, steps);
      expect(Buffer.from(rows.buffer).equals(Buffer.from(sampleSteps(from, to).buffer))).toBe(true);
    }
  });

  it('end early if the file has become shorter since the refresh', async () => {
    const reader = await runOf(40_000);
    await truncate(join(reader.folder, 'steps.f32'), 4 * 3 * 20_000 + 5);
    expect((await blocksOf(reader)).map(({ from, rows }) => [from, rows.length / 3])).toEqual([
      [0, 16_384],
      [16_384, 3616],
    ]);
  });

  it('are numbers of their own, wherever the bytes that were read begin in memory', async () => {
    const memory = Buffer.concat([Buffer.alloc(1), Buffer.from(Float32Array.of(1, 2, 3).buffer)]);
    const reader = { stepCount: () => 1, stepRows: () => Promise.resolve(memory.subarray(1)) };
    const [block] = await blocksOf(reader);
    memory.fill(0);
    expect(block?.rows).toEqual(Float32Array.of(1, 2, 3));
  });
});
