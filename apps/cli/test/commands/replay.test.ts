import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventRecord, type EventRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { fdr, jsonLines, temporaryFolder } from './fdr.js';

const TRAIN = '--dataset synthetic --weight-decay 0.2 --batch-size 50 --threads 1 --no-dashboard --json'.split(' ');

/** Trains a run; returns its id and its changes of the learning rate. */
async function train(folder: string, ...words: string[]) {
  const { code, out } = await fdr(folder, 'train', ...TRAIN, ...words);
  expect(code).toBe(0);
  const lines = jsonLines<{ run?: { id: string }; event?: unknown }>(out);
  const events = lines.flatMap(({ event }): EventRecord[] => (event ? [eventRecord.parse(event)] : []));
  return { id: lines[0]!.run!.id, changes: events.filter(({ type }) => type === 'learningRate') };
}

describe('fdr replay', { timeout: 600_000 }, () => {
  it.each([
    ['equilibrium', '--threshold 0.3 --decay 0.5 --balance layers --minimum-steps 80 --passes 2', '12'],
    ['equilibrium', '--threshold 0.3 --decay 0.5 --minimum-learning-rate 0.04', '6'],
    ['plateau', '--patience 0 --factor 0.5 --improvement 0.05', '6'],
    ['step', '--every-epochs 2 --divisor 4', '6'],
  ])('finds the changes that a training by the same rule has made: %s %s', async (rule, options, epochs) => {
    const folder = await temporaryFolder();
    const words = options.split(' ');
    const { id, changes } = await train(folder, '--schedule', rule, '--epochs', epochs, ...words);
    const { out, errors } = await fdr(folder, 'replay', id, '--rule', rule, ...words, '--json');
    const { firings } = JSON.parse(out) as { firings: object[] };
    expect(errors).toBe('');
    expect(changes.length).toBeGreaterThan(0);
    expect(firings).toEqual(
      changes.map((change) => {
        const { epoch, step, from, to, reason } = change as Extract<EventRecord, { type: 'learningRate' }>;
        return { epoch, step, from, to, reason, exact: true };
      }),
    );
    const text = await fdr(folder, 'replay', id, '--rule', rule, ...words);
    for (const [, flag = '', value = ''] of options.matchAll(/--(\S+) (\S+)/g)) {
      const name = flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      expect(text.out).toMatch(new RegExp(`^\\w+ \\(.*\\b${name} ${value}[,)]`));
    }
  });

  it('warns of options that can have no effect, and refuses what no rule takes', async () => {
    const folder = await temporaryFolder();
    const { id } = await train(folder, '--schedule', 'constant', '--epochs', '2');
    const short = await fdr(folder, 'replay', id, '--rule', 'plateau');
    expect(short).toMatchObject({
      code: 0,
      out: `plateau (patience 10, factor 0.1, improvement 0.0001, minimumLearningRate 0) over run ${id}, 2 epochs: it would not have fired\n`,
      errors: expect.stringMatching(/^fdr: warning: a patience of 10 needs 13 epochs and there are 2/),
    });
    for (const [words, message] of [
      [['--rule', 'cosine'], '--rule must be one of equilibrium, stationary, step, plateau, not "cosine"'],
      [['--patience', '1'], '--patience is an option of --rule plateau; it would do nothing with --rule equilibrium'],
      [['--rule', 'plateau', '--patience', '-1'], '--patience must be an integer from 0 to 1000000, not -1'],
      [['--balance', 'each'], '--balance must be one of total, layers, not "each"'],
      [['--momentum', '0.9'], "unknown option '--momentum'"],
    ] as const)
      expect(await fdr(folder, 'replay', id, ...words)).toEqual({ code: 2, out: '', errors: `fdr: ${message}\n` });
  });

  it('compares every rule and its rivals on one run: a table, JSON, a picture', async () => {
    const folder = await temporaryFolder();
    const { id } = await train(
      folder,
      '--schedule',
      'constant',
      '--epochs',
      '8',
      '--observables',
      'noiseTrace',
      '--drift',
    );
    const alone = await fdr(folder, 'replay', id, '--json');
    const { firings } = JSON.parse(alone.out) as { firings: object[] };
    const { out } = await fdr(folder, 'replay', id, '--compare', '--json');
    const { rules } = JSON.parse(out) as { rules: { name: string; firings: object[]; unknown?: string }[] };
    expect(rules.map(({ name }) => name)).toEqual(['FDR1, in total', 'FDR1, by layer', 'stationary, in total', 'stationary, by layer', 'plateau', 'SASA', 'SASA+', 'Pflug', 'Pesme']); // prettier-ignore
    expect(rules[0]?.firings).toEqual(firings);
    const test = await fdr(folder, 'replay', id, '--rule', 'stationary', '--json');
    expect(rules[2]?.firings).toEqual((JSON.parse(test.out) as { firings: object[] }).firings);
    expect(test.errors).toBe('');
    const text = await fdr(folder, 'replay', id, '--compare', '--out', 'pictures');
    expect(text.out).toMatch(/^rules over run .*, 8 epochs, .*\nRULE +FIRST AFTER EPOCH/);
    expect(text.errors).toMatch(/replay-.*\.svg\n.*\.png\n.*\.csv\n$/);
    const csv = await readFile(join(folder, 'pictures', `replay-${id}.csv`), 'utf8');
    expect(csv).toMatch(/refined/);
    for (const words of [
      ['--rule', 'plateau'],
      ['--threshold', '0.1'],
    ])
      expect(await fdr(folder, 'replay', id, '--compare', ...words)).toMatchObject({
        code: 2,
        out: '',
        errors: expect.stringMatching(/^fdr: --compare takes every rule with the defaults of its authors; .*\n$/),
      });
  });
});
