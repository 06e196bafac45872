import { DEFAULT_PORT } from '@fdr/server';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { describeRange, parseValue, parseWord, pathText } from './parse-option.js';

const port = z.int().min(0).max(65535);
const DEFAULT_HOST = '127.0.0.1';

/** What the command line gave for {@link addRunsDirectory}. */
export interface RunsDirectoryFlags {
  readonly runsDir: string;
}

/** What the command line gave for {@link addServerOptions}. */
export interface ServerFlags extends RunsDirectoryFlags {
  readonly port?: string;
  readonly host: string;
}

/** Where runs are stored and where the dashboard is served. */
export interface ServerOptions {
  readonly runsDirectory: string;
  /** Undefined: the default port, or the next free one. 0: any free port. */
  readonly port: number | undefined;
  readonly host: string;
}

/** Adds `--runs-dir`. */
export const addRunsDirectory = (command: Command): Command =>
  command.addOption(new Option('--runs-dir <folder>', 'folder of the stored runs').default('runs', 'runs'));

/** Adds `--runs-dir`, `--port` and `--host`. */
export const addServerOptions = (command: Command): Command =>
  addRunsDirectory(command)
    .option(
      '--port <n>',
      `port of the dashboard: ${describeRange(port)} (default: ${DEFAULT_PORT} or the next free one)`,
    )
    .addOption(
      new Option('--host <name>', 'address that the dashboard listens on').default(DEFAULT_HOST, DEFAULT_HOST),
    );

/** @throws UserError where the folder's name is empty or too long */
export const readRunsDirectory = ({ runsDir }: RunsDirectoryFlags): string =>
  parseValue('--runs-dir', pathText, runsDir);

/** @throws UserError for the first value that is not allowed, naming its flag */
export const readServerOptions = (flags: ServerFlags): ServerOptions => ({
  runsDirectory: readRunsDirectory(flags),
  port: flags.port === undefined ? undefined : parseWord('--port', port, flags.port),
  host: parseValue('--host', pathText, flags.host),
});
