import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  OPTIMIZER_OPTIONS,
  optionSchema,
  runConfig,
  SCHEDULE_OPTIONS,
  type ChoiceOption,
  type NumberOption,
  type OptionTable,
} from '@fdr/records';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/failure.js';
import { DEFAULT_CONFIG } from '@fdr/training';
import { flagOf } from '../../src/options/config-flags.js';
import { addTrainOptions, readTrainOptions, type TrainOptions } from '../../src/options/train-options.js';
import { createProgram, runProgram } from '../../src/program.js';

/** What `fdr train` with these words would be told. */
async function train(...words: string[]): Promise<TrainOptions> {
  const program = createProgram();
  const read: TrainOptions[] = [];
  addTrainOptions(program.command('train')).action(async (_, command) => {
    read.push(await readTrainOptions(command));
  });
  await runProgram(program, ['train', ...words]);
  return read[0]!;
}

/** Every kind of schedule and optimizer, and its options. */
const KINDS = [
  ...Object.entries<OptionTable>(SCHEDULE_OPTIONS).map(([kind, table]) => ({ flag: 'schedule', kind, table }) as const),
  ...Object.entries<OptionTable>(OPTIMIZER_OPTIONS).map(
    ([kind, table]) => ({ flag: 'optimizer', kind, table }) as const,
  ),
];

/** A value that the option allows, other than its default. */
function anotherValue(option: NumberOption | ChoiceOption): number | string {
  if ('choices' in option) return option.choices.at(-1) ?? '';
  const schema = optionSchema(option);
  return [3, 0.5, 0.25, 1e-3].find((value) => value !== option.default && schema.safeParse(value).success) ?? NaN;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fdr-options-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('fdr train', () => {
  it('has the paper for its defaults', async () => {
    const { threads, ...config } = (await train()).config;
    expect(config).toEqual({
      model: 'mlp',
      dataset: 'mnist',
      optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
      learningRate: 0.1,
      weightDecay: 0.01,
      batchSize: 100,
      epochs: 100,
      schedule: {
        kind: 'equilibrium',
        threshold: 0.01,
        decay: 0.1,
        balance: 'total',
        minimumSteps: 0,
        passes: 1,
        minimumLearningRate: 0,
      },
      seed: 1,
      backend: 'auto',
    });
    expect(threads).toBeGreaterThanOrEqual(1);
    expect(threads).toBeLessThanOrEqual(8);
  });

  it('takes every flag that is not an option of a schedule or an optimizer', async () => {
    const words =
      '--model mlp --dataset synthetic --learning-rate 2.5e-2 --weight-decay 0 --batch-size 50 --epochs 7 --seed 4294967295 ' +
      '--start some/where.safetensors --centre else/where.safetensors --backend cpu --threads 3 ' +
      '--observables noiseTrace,cubicLeft --runs-dir elsewhere --no-dashboard --port 0 --host ::1 --json --checkpoint-every 5 --tag one --tag two';
    expect(await train(...words.split(' '), '--name', 'a name')).toEqual({
      config: {
        ...DEFAULT_CONFIG,
        model: 'mlp',
        dataset: 'synthetic',
        learningRate: 0.025,
        weightDecay: 0,
        batchSize: 50,
        epochs: 7,
        start: resolve('some/where.safetensors'),
        centre: resolve('else/where.safetensors'),
        observables: ['noiseTrace', 'cubicLeft'],
        seed: 4294967295,
        backend: 'cpu',
        threads: 3,
      },
      runsDirectory: 'elsewhere',
      name: 'a name',
      tags: ['one', 'two'],
      dashboard: false,
      checkpointEvery: 5,
      port: 0,
      host: '::1',
      json: true,
    });
  });

  describe.each(KINDS)('--$flag $kind', ({ flag, kind, table }) => {
    const chosen = ({ config }: TrainOptions): Readonly<Record<string, unknown>> => config[flag];

    it('has the default of every option', async () => {
      const defaults = Object.entries(table).map(([name, option]) => [name, option.default]);
      // The paper's rule is defined with SGD alone, which is the default optimizer.
      expect(chosen(await train(`--${flag}`, kind))).toEqual({ kind, ...Object.fromEntries(defaults) });
    });

    it('takes every option by flag and by configuration file', async () => {
      const values = Object.entries(table).map(([name, option]) => [name, anotherValue(option)] as const);
      const expected = { kind, ...Object.fromEntries(values) };
      const words = values.flatMap(([name, value]) => [flagOf(name), String(value)]);
      expect(chosen(await train(`--${flag}`, kind, ...words))).toEqual(expected);
      const path = await file(`${flag}-${kind}.json`, JSON.stringify({ [flag]: expected }));
      expect(chosen(await train('--config', path))).toEqual(expected);
    });

    it('refuses the options that it does not have', async () => {
      const others = KINDS.filter((one) => one.flag === flag).flatMap((one) => Object.entries(one.table));
      for (const [name, option] of others.filter(([name]) => !Object.hasOwn(table, name))) {
        const words = [`--${flag}`, kind, flagOf(name), String(option.default)];
        await expect(train(...words), words.join(' ')).rejects.toThrow(`does nothing with ${kind}`);
      }
    });
  });

  it.each(['adam', 'amsgrad'] as const)(
    'has the usual rate and no equilibrium for its defaults with %s',
    async (optimizer) => {
      const { config } = await train('--optimizer', optimizer);
      expect(config.optimizer).toEqual({ kind: optimizer, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
      expect(config).toMatchObject({ learningRate: 0.001, schedule: { kind: 'constant' } });
      const path = await file(
        `${optimizer}.json`,
        JSON.stringify({ optimizer: { kind: optimizer, beta1: 0.5 }, schedule: { kind: 'cosine' } }),
      );
      const words = ['--config', path, '--learning-rate', '0.1', '--beta2', '0.9'];
      expect((await train(...words)).config).toMatchObject({
        optimizer: { kind: optimizer, beta1: 0.5, beta2: 0.9 },
        learningRate: 0.1,
        schedule: { kind: 'cosine', minimumLearningRate: 0 },
      });
      expect((await train('--config', path, '--optimizer', 'sgd')).config).toMatchObject({
        learningRate: 0.1,
        optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
      });
    },
  );

  it('says in its help how the defaults depend on the optimizer', () => {
    const command = createProgram().command('train');
    addTrainOptions(command);
    expect(command.helpInformation().replaceAll(/\s+/g, ' ')).toContain('(default: 0.1; 0.001 with adam, amsgrad)');
    expect(command.helpInformation().replaceAll(/\s+/g, ' ')).toContain(
      '(default: equilibrium; constant with adam, amsgrad)',
    );
  });

  it('stores a folder of data by its whole path', async () => {
    expect((await train('--dataset', 'some/where')).config.dataset).toBe(resolve('some/where'));
  });

  it('lets a flag go before the file, and the file before the defaults', async () => {
    const path = await file('some.json', '{"epochs": 5, "seed": 9}');
    const { config } = await train('--seed', '1', '--config', path);
    expect(config).toEqual({ ...DEFAULT_CONFIG, epochs: 5, seed: 1 });
  });

  it('takes the configuration out of a run.json, with a byte order mark too', async () => {
    const config = { ...DEFAULT_CONFIG, learningRate: 0.07, threads: 200 };
    const run = { schemaVersion: 1, id: 'x', status: 'finished', config };
    expect((await train('--config', await file('run.json', `\uFEFF${JSON.stringify(run)}`))).config).toEqual(config);
  });

  /** The words that choose the kind which has this option, where it is not the default one. */
  const kindFor = (flag: string): string[] => {
    const owner = KINDS.find(({ table }) => Object.keys(table).some((name) => flagOf(name) === flag));
    return owner ? [`--${owner.flag}`, owner.kind] : [];
  };

  const LONG = 'x'.repeat(100_000);
  it.each([
    ['--learning-rate', '0', 'a number from 1e-12 to 1e12'],
    ['--learning-rate', '-0.1', 'a number from'],
    ['--learning-rate', '1e308', 'a number from'],
    ['--learning-rate', '5e-324', 'a number from'],
    ['--learning-rate', '1e999', 'a number from'],
    ['--learning-rate', 'NaN', 'a number from'],
    ['--learning-rate', 'Infinity', 'a number from'],
    ['--learning-rate', '0x10', 'a number from'],
    ['--learning-rate', '0,1', 'a number from'],
    ['--learning-rate', '0.1abc', 'a number from'],
    ['--learning-rate', ' 0.1', 'a number from'],
    ['--learning-rate', '', 'a number from'],
    ['--learning-rate', LONG, 'a number from'],
    ['--learning-rate', '--momentum', 'a number from'],
    ['--momentum', '1', 'a number from 0 to 1 (1 excluded)'],
    ['--momentum', '-1e-9', 'a number from 0 to 1 (1 excluded)'],
    ['--dampening', '1', 'a number from 0 to 1 (1 excluded)'],
    ['--weight-decay', '-1', 'a number from 0 to 1000000'],
    ['--batch-size', '0', 'an integer from 1 to 1000000'],
    ['--batch-size', '1.5', 'an integer from 1 to 1000000'],
    ['--epochs', '0', 'an integer from 1 to 1000000'],
    ['--epochs', '1e7', 'an integer from 1 to 1000000'],
    ['--threshold', '0', 'a number from 0 to 1 (0 and 1 excluded)'],
    ['--decay', '1', 'a number from 0 to 1 (0 and 1 excluded)'],
    ['--seed', '1.5', 'an integer from 0 to 4294967295'],
    ['--seed', '4294967296', 'an integer from 0 to 4294967295'],
    ['--threads', '0', 'an integer from 1 to 256'],
    ['--threads', '257', 'an integer from 1 to 256'],
    ['--model', 'resnet', 'one of mlp, cnn'],
    ['--optimizer', 'rmsprop', 'one of sgd, adam, amsgrad'],
    ['--schedule', 'sine', 'one of equilibrium, step, constant, cosine, plateau'],
    ['--balance', 'each', 'one of total, layers'],
    ['--minimum-steps', '-1', 'an integer from 0 to 1e12'],
    ['--passes', '0', 'an integer from 1 to 1000000'],
    ['--every-epochs', '1.5', 'an integer from 1 to 1000000'],
    ['--divisor', '1', 'a number from 1 to 1e12 (1 excluded)'],
    ['--factor', '1', 'a number from 0 to 1 (0 and 1 excluded)'],
    ['--improvement', '1', 'a number from 0 to 1 (1 excluded)'],
    ['--patience', '-1', 'an integer from 0 to 1000000'],
    ['--minimum-learning-rate', '-1', 'a number from 0 to 1e12'],
    ['--observables', '', 'a list of 1 to 100, each a text of 1 to 100 characters'],
    ['--observables', 'noiseTrace,', 'a list of 1 to 100, each a text'],
    ['--backend', 'webgl', 'one of auto, onnx, tensorflow-gpu, tensorflow, wasm, cpu'],
    ['--backend', '__proto__', 'one of auto'],
    ['--dataset', '', 'a text of 1 to 4096 characters'],
    ['--dataset', LONG, 'a text of 1 to 4096 characters'],
    ['--name', LONG, 'a text of 0 to 200 characters'],
    ['--runs-dir', '', 'a text of 1 to 4096 characters'],
    ['--port', '65536', 'an integer from 0 to 65535'],
    ['--port', '80a', 'an integer from 0 to 65535'],
    ['--host', '', 'a text of 1 to 4096 characters'],
  ])('refuses a wrong %s (%#)', async (flag, value, range) => {
    const error: unknown = await train(...kindFor(flag), flag, value).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message).toContain(`${flag} must be ${range}`);
    expect(message).toContain(JSON.stringify(value).slice(0, 40).replaceAll('"', ''));
    expect(message.length).toBeLessThan(300);
    expect(message).not.toContain('\n');
  });

  it.each([
    [['--lerning-rate', '1'], "unknown option '--lerning-rate' (Did you mean --learning-rate?)"],
    [['--epoch', '1'], "unknown option '--epoch' (Did you mean --epochs?)"],
    [['--observe'], "unknown option '--observe'"],
    [['--epochs'], "option '--epochs <n>' argument missing"],
    [['stray'], 'too many arguments'],
    [['--dashboard'], "unknown option '--dashboard'"],
  ])('refuses %s', async (words, message) => {
    await expect(train(...words)).rejects.toThrow(UserError);
    await expect(train(...words)).rejects.toThrow(message);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['HTML', '<!DOCTYPE html>', 'expected JSON, found "<!DOCTYPE html>"'],
    ['nothing', '', 'expected JSON, found ""'],
    ['half a file', '{"epochs": 5', 'expected JSON, found'],
    ['bytes', Uint8Array.of(0, 255, 254, 7), 'expected JSON, found'],
    ['a list', '[1, 2]', 'expected a JSON object, found [1,2]'],
    ['null', 'null', 'expected a JSON object, found null'],
    ['a number', '7', 'expected a JSON object, found 7'],
    ['a run without configuration', '{"schemaVersion": 1, "config": 3}', 'expected a JSON object, found 3'],
    ['an unknown key', '{"learning_rate": 0.1}', 'there is no key "learning_rate"; the keys are model, dataset,'],
    ['a prototype', '{"__proto__": {"epochs": 3}}', 'there is no key "__proto__"'],
    ['a constructor', '{"constructor": 1}', 'there is no key "constructor"'],
    ['a number as text', '{"epochs": "5"}', 'epochs in'],
    ['a boolean', '{"seed": true}', 'must be an integer from 0 to 4294967295, not true'],
    ['null for a value', '{"weightDecay": null}', 'must be a number from 0 to 1000000, not null'],
    ['a schedule that is a word', '{"schedule": "plateau"}', 'must be an object like { "kind": "equilibrium" }'],
    ['a schedule of no kind', '{"schedule": {"patience": 3}}', 'must be one of equilibrium, step,'],
    ['an unknown schedule', '{"schedule": {"kind": "sine"}}', 'must be one of equilibrium, step,'],
    ['an option of another schedule', '{"schedule": {"kind": "step", "patience": 3}}', 'step has no option "patience"'],
    [
      'a wrong option',
      '{"optimizer": {"kind": "sgd", "momentum": 1}}',
      'must be a number from 0 to 1 (1 excluded), not 1',
    ],
    ['a text for a list', '{"observables": "all"}', 'must be a list of 1 to 100, each a text of 1 to 100 characters'],
    ['an object for a value', '{"dataset": {"a": [1]}}', 'dataset in'],
    ['a number out of range', '{"learningRate": 1e999}', 'not Infinity'],
    ['a huge file', ' '.repeat((1 << 20) + 1), 'expected at most 1048576 bytes, found 1048577'],
  ])('refuses a configuration file with %s', async (name, content, message) => {
    const path = await file(`${name}.json`, content);
    const error: unknown = await train('--config', path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
    expect((error as UserError).message).toContain(path);
  });

  it('refuses a configuration file that is not there, and a folder', async () => {
    await expect(train('--config', join(folder, 'absent'))).rejects.toThrow('found nothing there');
    await expect(train('--config', folder)).rejects.toThrow('found a folder');
  });

  it('never lets a random value through that the schema refuses, and makes no file', async () => {
    const before = await readdir('.');
    const bits = new Float64Array(1);
    // Doubles with bits of a linear congruential generator: all magnitudes, signs, NaN and infinities among them.
    let state = 12345;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
    for (let trial = 0; trial < 300; trial++) {
      new Uint32Array(bits.buffer).set([next(), next()]);
      const word = String(bits[0]);
      const allowed = runConfig.shape.learningRate.safeParse(Number(word)).success;
      const outcome = await train('--learning-rate', word).then(
        ({ config }) => config.learningRate,
        (error: unknown) => error,
      );
      if (allowed) expect(outcome).toBe(bits[0]);
      else expect(outcome).toBeInstanceOf(UserError);
    }
    expect(await readdir('.')).toEqual(before);
  });
});
