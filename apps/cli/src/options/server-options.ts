import { Option, type Command } from 'commander';
import { z } from 'zod';
import { DEFAULT_PORT } from '@fdr/server';
import { parseValue, parseWord, describeRange } from './parse-option.js';

const port = z.int().min(0).max(65535);
const text = z.string().min(1).max(4096);
const DEFAULT_HOST = '127.0.0.1';

/** Where runs are stored and where the dashboard is served. */
export interface ServerOptions {
  readonly runsDirectory: string;
  /** As asked for; undefined: the default one, or the next free. 0: any free one. */
  readonly port: number | undefined;
  readonly host: string;
}

/** Adds `--runs-dir`. */
export function addRunsDirectory(command: Command): Command {
  return command.addOption(new Option('--runs-dir <folder>', 'where runs are stored').default('runs', 'runs'));
}

/** Adds `--runs-dir`, `--port` and `--host`. */
export function addServerOptions(command: Command): Command {
  return addRunsDirectory(command)
    .addOption(
      new Option(
        '--port <n>',
        `of the dashboard: ${describeRange(port)} (default: ${DEFAULT_PORT} or the next free one)`,
      ),
    )
    .addOption(new Option('--host <name>', 'address the dashboard listens on').default(DEFAULT_HOST, DEFAULT_HOST));
}

/** @throws UserError */
export function readRunsDirectory(given: Readonly<Record<string, unknown>>): string {
  return parseValue('--runs-dir', text, given['runsDir']);
}

/** @throws UserError */
export function readServerOptions(given: Readonly<Record<string, unknown>>): ServerOptions {
  const word = given['port'];
  return {
    runsDirectory: readRunsDirectory(given),
    port: word === undefined ? undefined : parseWord('--port', port, String(word)),
    host: parseValue('--host', text, given['host']),
  };
}
