import {
  OPTIMIZER_OPTIONS,
  optionSchema,
  runConfig,
  SCHEDULE_OPTIONS,
  type ChoiceOption,
  type NumberOption,
  type OptionTable,
  type RunConfig,
} from '@fdr/records';
import { DEFAULT_CONFIG, defaultOptimizer, defaultSchedule } from '@fdr/training';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/failure.js';
import { flagOf, OPTIMIZER_KINDS, SCHEDULE_KINDS } from '../../src/options/config-flags.js';
import { addReplayOptions } from '../../src/options/replay-options.js';
import { addTrainOptions } from '../../src/options/train-options.js';
import { createProgram } from '../../src/program.js';
import { replayOptions, testFolder, trainOptions } from './read-options.js';

const folder = await testFolder();

/** A row of a table of options. */
interface Row {
  /** `schedule` or `optimizer`: the flag, and the key of a configuration. */
  readonly role: 'optimizer' | 'schedule';
  readonly kind: string;
  readonly name: string;
  readonly option: NumberOption | ChoiceOption;
}

const rowsOf = (role: Row['role'], tables: Readonly<Record<string, OptionTable>>): Row[] =>
  Object.entries(tables).flatMap(([kind, table]) =>
    Object.entries(table).map(([name, option]) => ({ role, kind, name, option })),
  );
const ROWS = [...rowsOf('optimizer', OPTIMIZER_OPTIONS), ...rowsOf('schedule', SCHEDULE_OPTIONS)];
const KINDS = { optimizer: OPTIMIZER_KINDS, schedule: SCHEDULE_KINDS };
const TABLES: Readonly<Record<Row['role'], Readonly<Record<string, OptionTable>>>> = {
  optimizer: OPTIMIZER_OPTIONS,
  schedule: SCHEDULE_OPTIONS,
};
const RULES = ['equilibrium', 'step', 'plateau'];

const fullDefaults = (role: Row['role'], kind: string): object => ({
  kind,
  ...Object.fromEntries(Object.entries(TABLES[role][kind]!).map(([name, option]) => [name, option.default])),
});

/** A value that an option may have and has not by default. */
function otherValue(option: NumberOption | ChoiceOption): string | number {
  const candidates = 'choices' in option ? option.choices : [0.125, 3, 7, 1e-5];
  const value = candidates.find((each) => each !== option.default && optionSchema(option).safeParse(each).success);
  if (value === undefined) throw new Error('the test knows no other value of this option; give it one');
  return value;
}

describe('the options of optimizers and schedules', () => {
  it('are at least the paper’s and those of the built-in schedules', () => {
    expect(ROWS.map(({ kind, name }) => `${kind}.${name}`)).toEqual(
      expect.arrayContaining(['sgd.momentum', 'adam.beta2', 'equilibrium.threshold', 'plateau.patience']),
    );
  });

  it.each(ROWS)('$kind: $name is set by its flag, alone', async ({ role, kind, name, option }) => {
    const value = otherValue(option);
    const { config } = await trainOptions(flagOf(role), kind, flagOf(name), String(value));
    expect(config[role]).toEqual({ ...fullDefaults(role, kind), [name]: value });
  });

  it.each(ROWS)('$kind: $name is set by a configuration file, alone', async ({ role, kind, name, option }) => {
    const value = otherValue(option);
    const path = await folder.write('one.json', JSON.stringify({ [role]: { kind, [name]: value } }));
    expect((await trainOptions('--config', path)).config[role]).toEqual({
      ...fullDefaults(role, kind),
      [name]: value,
    });
    // A flag of the same kind wins.
    const { config } = await trainOptions('--config', path, flagOf(name), String(option.default));
    expect(config[role]).toEqual(fullDefaults(role, kind));
  });

  it.each(ROWS.filter(({ role, kind }) => role === 'schedule' && RULES.includes(kind)))(
    '$kind: $name is set by its flag of fdr replay, alone',
    async ({ kind, name, option }) => {
      const value = otherValue(option);
      const { rule } = await replayOptions('--rule', kind, flagOf(name), String(value));
      expect(rule).toEqual({ ...fullDefaults('schedule', kind), [name]: value });
    },
  );

  const FOREIGN = ROWS.flatMap((row) =>
    KINDS[row.role]
      .filter((other) => !Object.hasOwn(TABLES[row.role][other]!, row.name))
      .map((other) => ({ ...row, other, flag: flagOf(row.name), value: String(otherValue(row.option)) })),
  );

  it.each(FOREIGN)('$kind: $flag is refused with $other', async ({ role, kind, other, flag, value }) => {
    const error: unknown = await trainOptions(flagOf(role), other, flag, value).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message.startsWith(`${flag} is an option of ${flagOf(role)} `)).toBe(true);
    expect(message.split(';')[0]).toContain(kind);
    expect(message.endsWith(`; it would do nothing with ${flagOf(role)} ${other}`)).toBe(true);
    expect(message).not.toContain('\n');
  });

  it('are refused with the default kind, and with the kind of a configuration file', async () => {
    const message = '--patience is an option of --schedule plateau; it would do nothing with --schedule';
    await expect(trainOptions('--patience', '3')).rejects.toThrow(`${message} equilibrium`);
    const path = await folder.write('cosine.json', '{"schedule": {"kind": "cosine"}}');
    await expect(trainOptions('--patience', '3', '--config', path)).rejects.toThrow(`${message} cosine`);
    await expect(replayOptions('--patience', '3')).rejects.toThrow(
      '--patience is an option of --rule plateau; it would do nothing with --rule equilibrium',
    );
  });

  it('have a range that their flags hold to', async () => {
    for (const { role, kind, name, option } of ROWS) {
      const bad = 'choices' in option ? 'neither' : String((option.range.min ?? option.range.above ?? 0) - 1);
      await expect(trainOptions(flagOf(role), kind, flagOf(name), bad), `${kind} ${name}`).rejects.toThrow(
        `${flagOf(name)} must be `,
      );
    }
  });

  it('are in the help, each with the kinds that have it, its range and its default', () => {
    for (const [add, rows] of [
      [addTrainOptions, ROWS],
      [addReplayOptions, ROWS.filter(({ role, kind }) => role === 'schedule' && RULES.includes(kind))],
    ] as const) {
      const command = createProgram().command('any');
      add(command);
      const help = command.helpInformation().replaceAll(/\s+/g, ' ');
      for (const { kind, name, option } of rows) {
        const text = help.split(`${flagOf(name)} <${option.placeholder}> [`)[1]?.split(' --')[0];
        expect(text?.split(']')[0]?.split(', '), name).toContain(kind);
        expect(text, name).toContain(option.meaning);
        expect(text, name).toContain(`(default: ${option.default})`);
      }
    }
  });
});

describe('a configuration file', () => {
  it('may hold a part of a schedule and a part of an optimizer', async () => {
    const path = await folder.write(
      'part.json',
      '{"epochs": 7, "optimizer": {"kind": "sgd", "momentum": 0.9}, "schedule": {"kind": "step", "divisor": 2}}',
    );
    expect((await trainOptions('--config', path, '--every-epochs', '3')).config).toEqual({
      ...DEFAULT_CONFIG,
      epochs: 7,
      optimizer: { kind: 'sgd', momentum: 0.9, dampening: 0 },
      schedule: { kind: 'step', everyEpochs: 3, divisor: 2, minimumLearningRate: 0 },
    });
  });

  it('gives nothing to another kind that a flag chooses', async () => {
    const path = await folder.write(
      'other.json',
      '{"optimizer": {"kind": "sgd", "momentum": 0.9}, "schedule": {"kind": "step", "minimumLearningRate": 0.01}}',
    );
    const { config } = await trainOptions('--config', path, '--optimizer', 'adam', '--schedule', 'cosine');
    expect(config.optimizer).toEqual(defaultOptimizer('adam'));
    expect(config.schedule).toEqual(defaultSchedule('cosine'));
    // The file has no learning rate, so it is the default of the optimizer that was chosen.
    expect(config.learningRate).toBe(0.001);
  });

  it.each([...OPTIMIZER_KINDS.flatMap((optimizer) => SCHEDULE_KINDS.map((schedule) => ({ optimizer, schedule })))])(
    'that is a whole run.json of $optimizer and $schedule gives the same configuration',
    async (kinds) => {
      const changed = (role: Row['role']): object => ({
        kind: kinds[role],
        ...Object.fromEntries(
          Object.entries(TABLES[role][kinds[role]]!).map(([name, option]) => [name, otherValue(option)]),
        ),
      });
      const config: RunConfig = runConfig.parse({
        model: 'cnn',
        dataset: '/some/where',
        optimizer: changed('optimizer'),
        learningRate: 0.07,
        weightDecay: 0.02,
        batchSize: 10,
        sampling: 'replacement',
        epochs: 3,
        schedule: changed('schedule'),
        seed: 5,
        backend: 'cpu',
        threads: 200,
        start: '/one/two.safetensors',
        centre: '/three/four.safetensors',
        descent: true,
        drift: true,
        average: 'tail',
        observables: ['noiseTrace'],
      });
      // A run of every key of a configuration: a new key must be added here.
      expect(Object.keys(config).sort()).toEqual(Object.keys(runConfig.shape).sort());
      const run = { schemaVersion: 1, id: 'x', status: 'finished', config };
      const path = await folder.write('run.json', JSON.stringify(run));
      expect((await trainOptions('--config', path)).config).toEqual(config);
    },
  );
});
