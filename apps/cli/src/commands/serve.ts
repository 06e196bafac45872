import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { EXIT } from '../failure.js';
import { addServerOptions, readServerOptions, type ServerOptions } from '../options/server-options.js';
import { isLoopback } from '../server/guard.js';
import { startServer } from '../server/server.js';
import { interruption } from '../terminal/interruption.js';
import { createOutput } from '../terminal/output.js';

/** Adds `fdr serve`. */
export function registerServe(program: Command): void {
  const command = program.command('serve').description('serve the dashboard over stored runs, until Ctrl-C');
  addServerOptions(command).action(async (given: Readonly<Record<string, unknown>>) => {
    await serve(readServerOptions(given));
    process.exitCode = EXIT.interrupted;
  });
}

async function serve({ runsDirectory, host, port }: ServerOptions): Promise<void> {
  const output = createOutput(process.stdout, process.env);
  const warn = (text: string) => process.stderr.write(`fdr: ${text}\n`);
  const interrupted = interruption();
  const server = await startServer({ runsDirectory, host, port });
  output.write(`dashboard: ${server.url}\n`);
  if (!existsSync(runsDirectory)) warn(`there is no folder ${runsDirectory} yet: the page shows no runs`);
  if (!isLoopback(host)) warn(`on ${host}, whoever has this address with its token can look at these runs`);
  await interrupted;
  await server.close();
}
