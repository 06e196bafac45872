import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll } from 'vitest';
import { addReplayOptions, readReplayOptions, type ReplayOptions } from '../../src/options/replay-options.js';
import { addTrainOptions, readTrainOptions, type TrainOptions } from '../../src/options/train-options.js';
import { createProgram, runProgram } from '../../src/program.js';

/** What a command reads of these arguments. */
export async function optionsOf<Options>(
  args: readonly string[],
  add: (command: Command) => Command,
  read: (command: Command) => Options | Promise<Options>,
): Promise<Options> {
  const program = createProgram();
  const command = program.command('test');
  const options: Options[] = [];
  add(command).action(async () => {
    options.push(await read(command));
  });
  await runProgram(program, ['test', ...args]);
  return options[0]!;
}

/** The options that `fdr train` reads from these arguments. */
export const trainOptions = (...args: string[]): Promise<TrainOptions> =>
  optionsOf(args, addTrainOptions, readTrainOptions);

/** The options that `fdr replay` reads from these arguments. */
export const replayOptions = (...args: string[]): Promise<ReplayOptions> =>
  optionsOf(args, addReplayOptions, readReplayOptions);

/** A folder for the files of one test file, removed at its end. */
export async function testFolder(): Promise<{
  readonly path: string;
  readonly write: (name: string, content: string | Uint8Array) => Promise<string>;
}> {
  const path = await mkdtemp(join(tmpdir(), 'fdr-options-'));
  afterAll(() => rm(path, { recursive: true }));
  return {
    path,
    write: async (name, content) => {
      const file = join(path, name);
      await writeFile(file, content);
      return file;
    },
  };
}
