import type { Command } from 'commander';
import { UserError } from '../failure.js';
import { addRunsDirectory, readRunsDirectory } from '../options/server-options.js';
import { listRuns } from '@fdr/run-store';
import { openRun, type RunReader } from '@fdr/run-store';
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
      await show(reader, given['json'] === true, createOutput(process.stdout, process.env));
    });
}

async function show(reader: RunReader, json: boolean, output: Output): Promise<void> {
  const { run, lastEpoch } = reader;
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  // What knows the observables takes a while to load, and most runs have none but the standard ones.
  const report = lastEpoch?.observables && {
    ...{ last: lastEpoch, ...(await import('../terminal/relation-report.js')) },
  };
  output.write(
    json
      ? runReportJson(reader, epochs, events, report?.relationsJson(run, report.last))
      : runReport(reader, epochs, events, report?.relationSections(run, report.last)),
  );
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
