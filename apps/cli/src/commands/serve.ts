import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { dashboardDirectory } from '../dashboard-files.js';
import { EXIT } from '../failure.js';
import { addServerOptions, readServerOptions, type ServerOptions } from '../options/server-options.js';
import { accept } from '../options/parse-option.js';
import { isLoopback } from '@fdr/server';
import { DEFAULT_RESULTS_DIRECTORY, startServer } from '@fdr/server';
import { interruption } from '../terminal/wait-for-signal.js';
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
      const asked = given['results'] === undefined ? undefined : accept('--results', folder, given['results']);
      await serve(readServerOptions(given), asked);
      process.exitCode = EXIT.interrupted;
    });
}

/** @param asked folder of figures; undefined where nobody asked for one */
async function serve({ runsDirectory, host, port }: ServerOptions, asked: string | undefined): Promise<void> {
  const output = createOutput(process.stdout, process.env);
  const warn = (text: string) => process.stderr.write(`fdr: ${text}\n`);
  const interrupted = interruption();
  const server = await startServer({
    runsDirectory,
    resultsDirectory: asked,
    pageDirectory: dashboardDirectory(),
    host,
    port,
  });
  output.write(`dashboard: ${server.url}\n`);
  if (!existsSync(runsDirectory)) warn(`there is no folder ${runsDirectory} yet: the page shows no runs`);
  if (asked !== undefined && !existsSync(asked)) warn(`there is no folder ${asked} yet: the page shows no figures`);
  if (!isLoopback(host)) warn(`on ${host}, whoever has this address with its token can look at these runs`);
  await interrupted;
  await server.close();
}
