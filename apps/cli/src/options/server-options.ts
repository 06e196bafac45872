import { DEFAULT_PORT, loopbackAddress } from '@fdr/server';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { describeRange, parseValue, parseWord, pathText } from './parse-option.js';
import { readToken, TOKEN_VARIABLE } from './token.js';

const port = z.int().min(0).max(65535);
const DEFAULT_HOST = '127.0.0.1, or ::1 where there is IPv6 alone';

/** What the command line gave for {@link addRunsDirectory}. */
export interface RunsDirectoryFlags {
  readonly runsDir: string;
}

/** What the command line gave for {@link addServerOptions}. */
export interface ServerFlags extends RunsDirectoryFlags {
  readonly port?: string;
  readonly host: string;
  readonly token?: boolean;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
}

/** Where runs are stored, where the dashboard is served, and to whom. */
export interface ServerOptions {
  readonly runsDirectory: string;
  /** Undefined: the default port, or the next free one. 0: any free port. */
  readonly port: number | undefined;
  readonly host: string;
  /** Undefined: one is made up if it is required. */
  readonly token: string | undefined;
  /** Every viewer is asked for a token, also where that is not necessary. */
  readonly requireToken: boolean;
  /** Names of proxies before the dashboard. */
  readonly allowedHosts: readonly string[];
}

/** Adds `--runs-dir`. */
export const addRunsDirectory = (command: Command): Command =>
  command.addOption(new Option('--runs-dir <folder>', 'folder of the stored runs').default('runs', 'runs'));

/** Adds `--runs-dir`, and what tells where the dashboard listens and to whom. */
export const addServerOptions = (command: Command): Command =>
  addRunsDirectory(command)
    .option(
      '--port <n>',
      `port of the dashboard: ${describeRange(port)} (default: ${DEFAULT_PORT} or the next free one)`,
    )
    .addOption(
      new Option('--host <name>', 'address that the dashboard listens on').default(loopbackAddress(), DEFAULT_HOST),
    )
    .option(
      '--token',
      `ask every viewer for a token, on this machine's own address too: that of ${TOKEN_VARIABLE}, or a new one in the printed address`,
    )
    .option('--token-file <file>', 'ask every viewer for the token in this file')
    .option(
      '--allow-host <name[:port]>',
      'name of a proxy before the dashboard, as its address has it; asks for a token; may be given more than once',
      (text: string, hosts: readonly string[] | undefined) => [...(hosts ?? []), text],
    );

/** @throws UserError where the folder's name is empty or too long */
export const readRunsDirectory = ({ runsDir }: RunsDirectoryFlags): string =>
  parseValue('--runs-dir', pathText, runsDir);

/** @throws UserError for the first value that is not allowed, naming its flag */
export const readServerOptions = (flags: ServerFlags): ServerOptions => ({
  runsDirectory: readRunsDirectory(flags),
  port: flags.port === undefined ? undefined : parseWord('--port', port, flags.port),
  host: parseValue('--host', pathText, flags.host),
  ...readAccess(flags),
});

function readAccess({
  token,
  tokenFile,
  allowHost = [],
}: ServerFlags): Pick<ServerOptions, 'token' | 'requireToken' | 'allowedHosts'> {
  const chosen = readToken(tokenFile, process.env);
  return { token: chosen, requireToken: token === true || chosen !== undefined, allowedHosts: allowHost };
}
