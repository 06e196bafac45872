import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTRA_OBSERVABLES } from '@fdr/core';
import { epochRecord, run as runSchema, type EpochRecord, type Run } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { fdr, jsonLines, temporaryFolder } from './fdr.js';

const TRAIN = ['train', '--dataset', 'synthetic', '--threads', '1', '--epochs', '3', '--no-dashboard', '--json'];

/** Trains, and reads what has been recorded. */
async function train(folder: string, ...words: string[]) {
  const { code, out, errors } = await fdr(folder, ...TRAIN, ...words);
  expect([code, errors]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  const run = runSchema.parse((JSON.parse(lines[0]!) as { run: unknown }).run);
  const place = join(folder, 'runs', run.id);
  const epochs = jsonLines(await readFile(join(place, 'epochs.jsonl'), 'utf8')).map((line) => epochRecord.parse(line));
  return { run, epochs, steps: await readFile(join(place, 'steps.f32')) };
}

/** The mean of the rows floor(t/2) < t' <= t of a column, t being all that there are. */
function halfMean({ stepColumns }: Run, steps: Buffer, name: string): number {
  const place = stepColumns.indexOf(name);
  const count = steps.length / 4 / stepColumns.length;
  const rows = Array.from({ length: count }, (_, row) => steps.readFloatLE(4 * (row * stepColumns.length + place)));
  const later = rows.slice(Math.floor(count / 2));
  return later.reduce((sum, value) => sum + value, 0) / later.length;
}
const timeless = (epochs: readonly EpochRecord[]) => epochs.map((record) => ({ ...record, seconds: 0 }));

describe('fdr train --observables', { timeout: 600_000 }, () => {
  it('help lists what there is', async () => {
    const { code, out, errors } = await fdr(await temporaryFolder(), 'train', '--observables', 'help');
    expect([code, errors]).toEqual([0, '']);
    expect(out).toMatch(/^NAME +WITH +MEANING\n/);
    for (const { name, meaning } of EXTRA_OBSERVABLES) {
      expect(out).toContain(`\n${name} `);
      expect(out).toContain(`  ${meaning}\n`);
    }
    expect(out).toMatch(/^velocitySquared +sgd, momentum /m);
  });

  it('records all of them, tells what they say, and gives the same bits from its run.json', async () => {
    const folder = await temporaryFolder();
    const words = ['--momentum', '0.9', '--schedule', 'constant'];
    const first = await train(folder, ...words, '--observables', 'all');
    const names = EXTRA_OBSERVABLES.map(({ name }) => name);
    expect(first.run.config.observables).toEqual(names);
    const last = first.epochs.at(-1)!.observables!;
    expect(Object.keys(last)).toHaveLength(
      EXTRA_OBSERVABLES.reduce(
        (sum, { columns }) => sum + (columns === 'total' ? 1 : 1 + first.run.parameters.length),
        0,
      ),
    );
    for (const [column, average] of Object.entries(last))
      expect(Math.abs(average - halfMean(first.run, first.steps, column)) / Math.abs(average), column).toBeLessThan(
        1e-9,
      );

    const { out } = await fdr(folder, 'runs', 'show');
    expect(out).toMatch(/^ {2}noiseTrace +\S+ +full noise trace/m);
    // The update itself, one step ahead: equal to the rounding of float32.
    for (const equation of ['(26) ahead', '(27) ahead'])
      expect(Number(out.split(`  ${equation}`)[1]?.match(/off by (\S+)/)?.[1])).toBeLessThan(1e-5);
    expect(out).toMatch(/^ {2}noise scale +\S+ examples = tr Sigma \S+ \/ \|grad f\|\^2 \S+$/m);
    expect(out).toMatch(/^ {2}dense1, dense2 +\S+ = \S+ off by \S+, D \S+$/m);
    expect(out).toMatch(/^ {2}dense1\.kernel +\S+ rad, \S+ where scale-invariant$/m);
    const shown = JSON.parse((await fdr(folder, 'runs', 'show', '--json')).out) as {
      relations: { name: string; left: number; right: number }[];
      lawOfBalance: { left: number; right: number; difference: number }[];
      anglePerStep: { tensor: string; angle: number; scaleInvariant: number }[];
    };
    // lambda = 0.01: the identity, to the rounding of float32.
    for (const { left, difference } of shown.lawOfBalance)
      expect(Math.abs(left / (0.01 * difference) - 1)).toBeLessThan(1e-3);
    expect(shown.anglePerStep.map(({ tensor }) => tensor)).toEqual(first.run.parameters.map(({ name }) => name));
    // sqrt(2 * 0.1 * 0.01 / 1.9)
    expect(shown.anglePerStep[0]!.scaleInvariant).toBeCloseTo(0.0324443, 6);
    const cubic = shown.relations.find(({ name }) => name === '(14)')!;
    expect([cubic.left, cubic.right]).toEqual([last['cubicLeft'], last['cubicRight']]);

    const again = await train(folder, '--config', join('runs', first.run.id, 'run.json'));
    expect(again.run.config).toEqual(first.run.config);
    expect(again.steps.equals(first.steps)).toBe(true);
    expect(timeless(again.epochs)).toEqual(timeless(first.epochs));

    const without = await train(folder, ...words);
    expect(without.run.config).not.toHaveProperty('observables');
    const ordinary = first.epochs.map((record) => ({ ...record, observables: undefined }));
    expect(timeless(without.epochs)).toEqual(timeless(ordinary));
  });

  it('knows which of them an optimizer gives', async () => {
    const { run } = await train(await temporaryFolder(), '--optimizer', 'adam', '--observables', 'all');
    const given = EXTRA_OBSERVABLES.filter(({ needs }) => needs === undefined).map(({ name }) => name);
    expect(given).toContain('parametersSquared');
    expect(run.config.observables).toEqual(given);
  });
});
