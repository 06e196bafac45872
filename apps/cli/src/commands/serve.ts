import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import { addServerOptions, readServerOptions, type ServerOptions } from '../options/server-options.js';
import { parseValue } from '../options/parse-option.js';
import { isLoopback } from '@fdr/server';
import { DEFAULT_RESULTS_DIRECTORY, startServer } from '@fdr/server';
import { waitForSignal } from '../terminal/wait-for-signal.js';
import { createOutput } from '../terminal/output.js';

const folder = z.string().min(1).max(4096);
const results = new Option(
  '--results <folder>',
  `where fdr reproduce has drawn figures (default: ${DEFAULT_RESULTS_DIRECTORY})`,
);

/** Adds `fdr serve`. */
export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('serve the dashboard over stored runs and figures, until Ctrl-C');
  addServerOptions(command)
    .addOption(results)
    .action(async (given: Readonly<Record<string, unknown>>) => {
      const chosen = given['results'] === undefined ? undefined : parseValue('--results', folder, given['results']);
      await serve(readServerOptions(given), chosen);
      process.exitCode = EXIT.interrupted;
    });
}

/** @param chosen folder of figures; undefined where none was asked for */
async function serve({ runsDirectory, host, port }: ServerOptions, chosen: string | undefined): Promise<void> {
  const output = createOutput(process.stdout, process.env);
  const warn = (text: string) => process.stderr.write(`fdr: ${text}\n`);
  const interrupted = waitForSignal();
  const server = await startServer({
    runsDirectory,
    resultsDirectory: chosen,
    pageDirectory: dashboardDirectory(),
    host,
    port,
  });
  output.write(`dashboard: ${server.url}\n`);
  if (!existsSync(runsDirectory)) warn(`there is no folder ${runsDirectory} yet: the page shows no runs`);
  if (chosen !== undefined && !existsSync(chosen)) warn(`there is no folder ${chosen} yet: the page shows no figures`);
  if (!isLoopback(host)) warn(`on ${host}, whoever has this address with its token can look at these runs`);
  await interrupted;
  await server.close();
}
