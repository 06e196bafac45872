import { readdir } from 'node:fs/promises';
import { runConfig } from '@fdr/records';
import { everyFlip, everyPrefix, holdsFor } from '@fdr/testing';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../src/failure.js';
import { addReplayOptions, readReplayOptions } from '../../src/options/replay-options.js';
import { addReproduceOptions, readReproduceOptions } from '../../src/options/reproduce-options.js';
import { addResumeOptions, readResumeOptions } from '../../src/options/resume-options.js';
import { addServerOptions, readServerOptions, type ServerFlags } from '../../src/options/server-options.js';
import { addTrainOptions, readTrainOptions } from '../../src/options/train-options.js';
import { optionsOf, testFolder } from './read-options.js';

const folder = await testFolder();

/** What a command reads of its arguments; undefined where it refuses them in one line with exit code 2. */
async function outcomeOf<Options>(read: () => Promise<Options>): Promise<Options | undefined> {
  try {
    return await read();
  } catch (error) {
    const { exitCode, text } = describeFailure(error);
    expect(text).toMatch(/^fdr: .+\n$/);
    expect(exitCode).toBe(2);
    return undefined;
  }
}

const COMMANDS = {
  train: { words: [], add: addTrainOptions, read: (command: Command): unknown => readTrainOptions(command) },
  resume: { words: [], add: addResumeOptions, read: readResumeOptions },
  replay: { words: [], add: addReplayOptions, read: readReplayOptions },
  reproduce: {
    words: ['fig2a'],
    add: addReproduceOptions,
    read: (command: Command) => readReproduceOptions(command.args[0] ?? '', command.opts()),
  },
  serve: {
    words: [],
    add: addServerOptions,
    read: (command: Command) => readServerOptions(command.opts<ServerFlags>()),
  },
};

/** Every command with one of its options. */
const OPTIONS = Object.values(COMMANDS).flatMap((command) =>
  command.add(new Command()).options.map(({ long }) => ({ ...command, flag: long ?? '' })),
);

const word = fc.oneof(
  fc.constantFrom(
    '',
    '-0',
    '+1',
    '1e308',
    '-1e308',
    '1e400',
    '5e-324',
    '0x10',
    '1_000',
    '١',
    'NaN',
    'Infinity',
    '1e',
    '.',
  ),
  fc.constantFrom('__proto__', 'constructor', 'null', '--', '-', '\n', '\u202e', '😀'.repeat(100), 'x'.repeat(10_000)),
  fc.constantFrom('1', '0.5', '100', 'all', 'adam', 'sgd', 'cosine', 'plateau', 'cpu', 'layers', 'cnn'),
  fc.double().map(String),
  fc.integer().map(String),
  fc.string({ unit: 'binary', maxLength: 30 }),
);
const flag = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...OPTIONS.map(({ flag: name }) => name)) },
  fc.constantFrom('--__proto__', '--constructor', '--no-seed', '--seed=', '-x', '--'),
);

describe('the options of a command', () => {
  it('are read or refused in one line, whatever each of them is', async () => {
    const before = await readdir('.');
    let read = 0;
    await holdsFor(fc.tuple(fc.constantFrom(...OPTIONS), word), 500, async ([option, value]) => {
      const args = [...option.words, `${option.flag}=${value}`];
      if ((await outcomeOf(() => optionsOf(args, option.add, option.read))) !== undefined) read++;
    });
    expect(read).toBeGreaterThan(30);
    expect(await readdir('.')).toEqual(before);
  });

  it('are a valid configuration or refused in one line, however many are given', async () => {
    const { add, read } = COMMANDS.train;
    let valid = 0;
    await holdsFor(fc.array(fc.tuple(flag, word), { maxLength: 6 }), 200, async (pairs) => {
      const options = await outcomeOf(() => optionsOf(pairs.flat(), add, read));
      if (options === undefined) return;
      const { config } = options as { config: unknown };
      expect(runConfig.parse(JSON.parse(JSON.stringify(config)))).toEqual(JSON.parse(JSON.stringify(config)));
      valid++;
    });
    expect(valid).toBeGreaterThan(3);
  });
});

describe('a configuration file', () => {
  const CONFIG = JSON.stringify({
    seed: 7,
    learningRate: 0.1,
    optimizer: { kind: 'adam', beta1: 0.5 },
    schedule: { kind: 'step' },
  });
  const readFrom = async (content: string | Uint8Array) => {
    const file = await folder.write('config.json', content);
    return outcomeOf(() => optionsOf(['--config', file], addTrainOptions, readTrainOptions));
  };

  it('is refused in one line if it is cut anywhere', async () => {
    for (const cut of everyPrefix(Buffer.from(CONFIG))) expect(await readFrom(cut)).toBeUndefined();
  });

  it('is read or refused in one line, whichever byte is another', async () => {
    for (const flipped of everyFlip(Buffer.from(CONFIG), 0x02)) await readFrom(flipped);
  });

  it('is read or refused in one line, whatever it holds', async () => {
    const keys = fc.constantFrom(...Object.keys(runConfig.shape), '__proto__', 'kind', 'config', 'schemaVersion');
    const value = fc.oneof(
      fc.jsonValue(),
      word,
      fc.double(),
      fc.dictionary(fc.constantFrom('kind', 'momentum', 'threshold', '__proto__'), fc.oneof(word, fc.double())),
    );
    const content = fc.oneof(
      fc.dictionary(keys, value, { maxKeys: 3 }).map((config) => JSON.stringify(config)),
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 100 }),
    );
    await holdsFor(content, 150, async (given) => {
      await readFrom(given);
    });
  });

  it.each([
    ['a list', '['.repeat(2e5) + ']'.repeat(2e5)],
    ['a value', `{"seed":${'['.repeat(2e5)}${']'.repeat(2e5)}}`],
    ['an optimizer', `{"optimizer":${'['.repeat(2e5)}${']'.repeat(2e5)}}`],
  ])('is refused in one line if %s is nested deeply', async (_, content) => {
    expect(await readFrom(content)).toBeUndefined();
  });

  it.skipIf(process.platform === 'win32')('is refused if it is a device without an end', async () => {
    await expect(optionsOf(['--config', '/dev/zero'], addTrainOptions, readTrainOptions)).rejects.toThrow(
      '--config /dev/zero: expected at most 1048576 bytes, found 1048577',
    );
  });
});
