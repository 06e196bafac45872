import { existsSync } from 'node:fs';
import { DEFAULT_RESULTS_DIRECTORY, isLoopback, startServer } from '@fdr/server';
import type { Command } from 'commander';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import { parseValue, pathText } from '../options/parse-option.js';
import {
  addServerOptions,
  readServerOptions,
  type ServerFlags,
  type ServerOptions,
} from '../options/server-options.js';
import { jsonLine } from '../terminal/json-line.js';
import { createOutput, warn } from '../terminal/output.js';
import { warnIfUnreachable } from '../terminal/unreachable.js';
import { waitForSignal } from '../terminal/wait-for-signal.js';

/** What the command line gave for `fdr serve`. */
interface ServeFlags extends ServerFlags {
  readonly results?: string;
  readonly json?: boolean;
}

/** Adds `fdr serve`. */
export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve the dashboard with the stored runs and figures, until Ctrl-C');
  addServerOptions(command)
    .option(
      '--results <folder>',
      `folder of the figures that fdr reproduce has drawn (default: ${DEFAULT_RESULTS_DIRECTORY})`,
    )
    .option('--json', 'print the address of the dashboard as one line of JSON')
    .action(async (flags: ServeFlags) => {
      const results = flags.results === undefined ? undefined : parseValue('--results', pathText, flags.results);
      await serve(readServerOptions(flags), results, flags.json === true);
      process.exitCode = EXIT.interrupted;
    });
}

/** @param results folder of figures; undefined where none was named */
async function serve(options: ServerOptions, results: string | undefined, json: boolean): Promise<void> {
  const { runsDirectory, host } = options;
  const output = createOutput(process.stdout, process.env);
  const interrupted = waitForSignal();
  const server = await startServer({ ...options, resultsDirectory: results, pageDirectory: dashboardDirectory() });
  output.write(json ? jsonLine({ type: 'dashboard', url: server.url }) : `dashboard: ${server.url}\n`);
  warnIfUnreachable(server);
  if (!existsSync(runsDirectory)) warn(`there is no folder ${runsDirectory} yet: the page shows no runs`);
  if (results !== undefined && !existsSync(results))
    warn(`there is no folder ${results} yet: the page shows no figures`);
  if (!isLoopback(host)) warn(`on ${host}, anyone with this address and its token can see these runs`);
  await interrupted;
  await server.close();
}
