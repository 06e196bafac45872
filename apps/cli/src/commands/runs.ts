import type { Command } from 'commander';
import { UserError } from '../failure.js';
import { addRunsDirectory, readRunsDirectory } from '../options/server-options.js';
import { listRuns } from '../run-folder/list.js';
import { openRun, type RunReader } from '../run-folder/reader.js';
import { createOutput, type Output } from '../terminal/output.js';
import { runReport, runReportJson } from '../terminal/run-report.js';
import { runTable, runTableJson } from '../terminal/run-table.js';

/** Adds `fdr runs ls` and `fdr runs show`. */
export function registerRuns(program: Command): void {
  const runs = program.command('runs').description('look at stored runs');
  addRunsDirectory(runs.command('ls').description('list them, newest first'))
    .option('--json', 'print one JSON object a line')
    .action(async (given: Readonly<Record<string, unknown>>) => {
      const output = createOutput(process.stdout, process.env);
      await list(readRunsDirectory(given), given['json'] === true, output);
    });
  addRunsDirectory(runs.command('show').description('show one: configuration, last epoch, drops and their reasons'))
    .argument('[id]', 'of the run; the newest if left out')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, given: Readonly<Record<string, unknown>>) => {
      const reader = await find(readRunsDirectory(given), id);
      const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
      const output = createOutput(process.stdout, process.env);
      output.write(given['json'] === true ? runReportJson(reader, epochs, events) : runReport(reader, epochs, events));
    });
}

async function list(runsDirectory: string, json: boolean, output: Output): Promise<void> {
  const { runs, damaged } = await listRuns(runsDirectory);
  if (json) output.write(runTableJson(runs, damaged));
  else if (runs.length > 0) output.write(runTable(runs, output.columns()));
  else process.stderr.write(`fdr: no runs in ${runsDirectory}; make one with: fdr train\n`);
  if (json) return;
  for (const { id, error } of damaged) process.stderr.write(`fdr: ${id} is left out: ${error}\n`);
}

async function find(runsDirectory: string, id: string | undefined): Promise<RunReader> {
  if (id !== undefined) return openRun(runsDirectory, id);
  const [newest] = (await listRuns(runsDirectory)).runs;
  if (newest === undefined) throw new UserError(`no runs in ${runsDirectory}; make one with: fdr train`);
  return newest;
}
