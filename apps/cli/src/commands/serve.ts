import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DEFAULT_RESULTS_DIRECTORY, isLoopback, startServer, type ServedSweep } from '@fdr/server';
import { Option, type Command } from 'commander';
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
  readonly sweep?: string;
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
    .addOption(new Option('--sweep <folder>', 'folder of a sweep: its runs, and a matrix of them').conflicts('runsDir'))
    .option('--json', 'print the address of the dashboard as one line of JSON')
    .action(async (flags: ServeFlags) => {
      const results = flags.results === undefined ? undefined : parseValue('--results', pathText, flags.results);
      const sweep = flags.sweep === undefined ? undefined : await openSweep(flags.sweep);
      const options = { ...readServerOptions(flags), ...(sweep && { sweep, runsDirectory: sweep.runsDirectory }) };
      await serve(options, results, flags.json === true);
      process.exitCode = EXIT.interrupted;
    });
}

/** What plans sweeps is loaded for a sweep alone. */
async function openSweep(folder: string): Promise<ServedSweep & { readonly runsDirectory: string }> {
  const { showSweep } = await import('@fdr/experiments/planning');
  return showSweep(resolve(parseValue('--sweep', pathText, folder)));
}

/** @param results folder of figures; undefined where none was named */
async function serve(
  options: ServerOptions & { readonly sweep?: ServedSweep },
  results: string | undefined,
  json: boolean,
): Promise<void> {
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
