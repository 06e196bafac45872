import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runConfig } from '@fdr/records';
import { DEFAULT_CONFIG, defaultOptimizer, defaultSchedule } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/failure.js';
import { addTrainOptions } from '../../src/options/train-options.js';
import { createProgram } from '../../src/program.js';
import { testFolder, trainOptions } from './read-options.js';

const folder = await testFolder();

describe('the options of fdr train', () => {
  it('are those of the paper by default', async () => {
    const { threads, ...config } = (await trainOptions()).config;
    expect(config).toEqual({
      model: 'mlp',
      dataset: 'mnist',
      optimizer: { kind: 'sgd', momentum: 0, dampening: 0 },
      learningRate: 0.1,
      weightDecay: 0.01,
      batchSize: 100,
      sampling: 'shuffle',
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

  it('are read from every flag', async () => {
    const args =
      '--model mlp --dataset synthetic --optimizer sgd --learning-rate 2.5e-2 --momentum .9 --dampening 0.5 --weight-decay 0 ' +
      '--batch-size 50 --sampling replacement --epochs 7 --schedule step --every-epochs 3 --divisor 4 --minimum-learning-rate 1e-4 --seed 4294967295 ' +
      '--start some/where.safetensors --centre else/where.safetensors --descent --drift --backend cpu --threads 3 ' +
      '--observables noiseTrace,cubicLeft --runs-dir elsewhere --no-dashboard --port 0 --host ::1 --token --allow-host lab.example.org --allow-host gpu:8443 --json --checkpoint-every 5 --tag one --tag two';
    expect(await trainOptions(...args.split(' '), '--name', 'a name')).toEqual({
      config: {
        model: 'mlp',
        dataset: 'synthetic',
        optimizer: { kind: 'sgd', momentum: 0.9, dampening: 0.5 },
        learningRate: 0.025,
        weightDecay: 0,
        batchSize: 50,
        sampling: 'replacement',
        epochs: 7,
        schedule: { kind: 'step', everyEpochs: 3, divisor: 4, minimumLearningRate: 1e-4 },
        start: resolve('some/where.safetensors'),
        centre: resolve('else/where.safetensors'),
        descent: true,
        drift: true,
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
      token: undefined,
      requireToken: true,
      allowedHosts: ['lab.example.org', 'gpu:8443'],
      json: true,
    });
  });

  it('read the average of the parameters, which is none by default', async () => {
    expect((await trainOptions('--average', 'polynomial')).config.average).toBe('polynomial');
    expect((await trainOptions()).config.average).toBeUndefined();
  });

  it('read every option of the equilibrium schedule and of the plateau schedule', async () => {
    const equilibrium =
      '--schedule equilibrium --threshold 0.1 --decay 0.5 --balance layers --minimum-steps 500 --passes 2 --minimum-learning-rate 1e-4';
    expect((await trainOptions(...equilibrium.split(' '))).config.schedule).toEqual({
      kind: 'equilibrium',
      threshold: 0.1,
      decay: 0.5,
      balance: 'layers',
      minimumSteps: 500,
      passes: 2,
      minimumLearningRate: 1e-4,
    });
    const plateau = '--schedule plateau --patience 0 --factor 0.25 --improvement 0.001 --minimum-learning-rate 1e-4';
    expect((await trainOptions(...plateau.split(' '))).config.schedule).toEqual({
      kind: 'plateau',
      patience: 0,
      factor: 0.25,
      improvement: 0.001,
      minimumLearningRate: 1e-4,
    });
  });

  it.each(['adam', 'amsgrad'] as const)(
    'are the usual learning rate and a constant schedule by default with %s',
    async (kind) => {
      const optimizer = defaultOptimizer(kind);
      expect((await trainOptions('--optimizer', kind)).config).toEqual({
        ...DEFAULT_CONFIG,
        optimizer,
        learningRate: 0.001,
        schedule: { kind: 'constant' },
      });
      const path = await folder.write(`${kind}.json`, JSON.stringify({ optimizer, schedule: { kind: 'cosine' } }));
      const args = ['--config', path, '--learning-rate', '0.1'];
      const schedule = defaultSchedule('cosine');
      expect((await trainOptions(...args)).config).toMatchObject({ optimizer, learningRate: 0.1, schedule });
      expect((await trainOptions('--config', path, '--optimizer', 'sgd')).config.learningRate).toBe(0.1);
    },
  );

  it('have a help that tells how the defaults depend on the optimizer', () => {
    const command = createProgram().command('train');
    addTrainOptions(command);
    expect(command.helpInformation().replaceAll(/\s+/g, ' ')).toContain(
      '(default: 0.1; 0.001 with adam, amsgrad; 1 with schedule-free, dog, prodigy)',
    );
    expect(command.helpInformation().replaceAll(/\s+/g, ' ')).toContain(
      '(default: equilibrium; constant with adam, amsgrad, schedule-free, dog, prodigy)',
    );
  });

  it('hold the whole path of a folder of data', async () => {
    expect((await trainOptions('--dataset', 'some/where')).config.dataset).toBe(resolve('some/where'));
  });

  it('prefer a flag to the file, and the file to the defaults', async () => {
    const path = await folder.write('some.json', '{"epochs": 5, "seed": 9}');
    const { config } = await trainOptions('--seed', '1', '--config', path);
    expect(config).toEqual({ ...DEFAULT_CONFIG, epochs: 5, seed: 1 });
  });

  it('take the configuration of a run.json, even after a byte order mark', async () => {
    const config = { ...DEFAULT_CONFIG, learningRate: 0.07, threads: 200 };
    const run = { schemaVersion: 1, id: 'x', status: 'finished', config };
    expect(
      (await trainOptions('--config', await folder.write('run.json', `\uFEFF${JSON.stringify(run)}`))).config,
    ).toEqual(config);
  });

  const LONG = 'x'.repeat(100_000);
  it.each<[flag: string, value: string, range: string, ...args: string[]]>([
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
    ['--average', 'none', 'one of tail, polynomial'],
    ['--seed', '1.5', 'an integer from 0 to 4294967295'],
    ['--seed', '4294967296', 'an integer from 0 to 4294967295'],
    ['--threads', '0', 'an integer from 1 to 256'],
    ['--threads', '257', 'an integer from 1 to 256'],
    ['--model', 'resnet', 'one of mlp, cnn'],
    ['--optimizer', 'rmsprop', 'one of sgd, adam, amsgrad, schedule-free, dog, prodigy'],
    ['--schedule', 'sine', 'one of equilibrium, step, constant, cosine, linear, wsd, cooldown, stationary, plateau'],
    ['--balance', 'each', 'one of total, layers'],
    ['--minimum-steps', '-1', 'an integer from 0 to 1e12'],
    ['--passes', '0', 'an integer from 1 to 1000000'],
    ['--every-epochs', '1.5', 'an integer from 1 to 1000000', '--schedule', 'step'],
    ['--divisor', '1', 'a number from 1 to 1e12 (1 excluded)', '--schedule', 'step'],
    ['--factor', '1', 'a number from 0 to 1 (0 and 1 excluded)', '--schedule', 'plateau'],
    ['--improvement', '1', 'a number from 0 to 1 (1 excluded)', '--schedule', 'plateau'],
    ['--patience', '-1', 'an integer from 0 to 1000000', '--schedule', 'plateau'],
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
  ])('refuse a wrong %s (%#)', async (flag, value, range, ...args) => {
    const error: unknown = await trainOptions(flag, value, ...args).catch((reason: unknown) => reason);
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
  ])('refuse %s', async (args, message) => {
    await expect(trainOptions(...args)).rejects.toThrow(UserError);
    await expect(trainOptions(...args)).rejects.toThrow(message);
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
    ['null for a value', '{"batchSize": null}', 'must be an integer from 1 to 1000000, not null'],
    [
      'null for an option',
      '{"optimizer": {"kind": "sgd", "momentum": null}}',
      'must be a number from 0 to 1 (1 excluded), not null',
    ],
    ['an option among the keys', '{"momentum": 0.9}', 'there is no key "momentum"; the keys are'],
    ['a name for an optimizer', '{"optimizer": "adam"}', 'must be an object like { "kind": "sgd" }, not "adam"'],
    ['a list for a schedule', '{"schedule": []}', 'must be an object like { "kind": "equilibrium" }, not []'],
    [
      'a schedule of no kind',
      '{"schedule": {"decay": 0.2}}',
      'must have a "kind", one of equilibrium, step, constant,',
    ],
    [
      'an unknown optimizer',
      '{"optimizer": {"kind": "rmsprop"}}',
      'must be one of sgd, adam, amsgrad, schedule-free, dog, prodigy, not "rmsprop"',
    ],
    [
      'an option of another kind',
      '{"schedule": {"kind": "step", "threshold": 0.1}}',
      'step has no option "threshold"; its options are everyEpochs, divisor, minimumLearningRate',
    ],
    ['an option of nothing', '{"schedule": {"kind": "constant", "x": 1}}', 'has no option "x"; its options are none'],
    [
      'a constructor for an option',
      '{"optimizer": {"kind": "sgd", "constructor": 1}}',
      'sgd has no option "constructor"; its options are momentum, dampening',
    ],
    ['a text for a list', '{"observables": "all"}', 'must be a list of 1 to 100, each a text of 1 to 100 characters'],
    ['an object for a value', '{"dataset": {"a": [1]}}', 'dataset in'],
    ['a number out of range', '{"learningRate": 1e999}', 'not Infinity'],
    ['a huge file', ' '.repeat((1 << 20) + 1), 'expected at most 1048576 bytes, found 1048577'],
  ])('refuse a configuration file with %s', async (name, content, message) => {
    const path = await folder.write(`${name}.json`, content);
    const error: unknown = await trainOptions('--config', path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
    expect((error as UserError).message).toContain(path);
  });

  it('refuse a configuration file that is not there, and a folder', async () => {
    await expect(trainOptions('--config', join(folder.path, 'absent'))).rejects.toThrow('found nothing there');
    await expect(trainOptions('--config', folder.path)).rejects.toThrow('found a folder');
  });

  it('never hold a random value that the schema refuses, and leave no file', async () => {
    const before = await readdir('.');
    const bits = new Float64Array(1);
    // Doubles with bits of a linear congruential generator: all magnitudes, signs, NaN and infinities among them.
    let state = 12345;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    };
    for (let trial = 0; trial < 300; trial++) {
      new Uint32Array(bits.buffer).set([next(), next()]);
      const word = String(bits[0]);
      const allowed = runConfig.shape.learningRate.safeParse(Number(word)).success;
      const outcome = await trainOptions('--learning-rate', word).then(
        ({ config }) => config.learningRate,
        (error: unknown) => error,
      );
      if (allowed) expect(outcome).toBe(bits[0]);
      else expect(outcome).toBeInstanceOf(UserError);
    }
    expect(await readdir('.')).toEqual(before);
  });
});
