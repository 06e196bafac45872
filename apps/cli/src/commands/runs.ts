import { listRuns, openRun, type RunReader } from '@fdr/run-store';
import type { Command } from 'commander';
import { UserError } from '../failure.js';
import { addRunsDirectory, readRunsDirectory, type RunsDirectoryFlags } from '../options/server-options.js';
import { createOutput, warn, type Output } from '../terminal/output.js';
import { runReport, runReportJson, type RunRecords } from '../terminal/run-report.js';
import { runTable, runTableJson } from '../terminal/run-table.js';

/** What the command line gave for `fdr runs ls` and `fdr runs show`. */
interface RunsFlags extends RunsDirectoryFlags {
  readonly json?: boolean;
}

/** Adds `fdr runs ls` and `fdr runs show`. */
export function registerRuns(program: Command): void {
  const runs = program.command('runs').description('list and show stored runs');
  addRunsDirectory(runs.command('ls').description('list the stored runs, newest first'))
    .option('--json', 'print one JSON object a line')
    .action(async (flags: RunsFlags) => {
      await list(readRunsDirectory(flags), flags.json === true, createOutput(process.stdout, process.env));
    });
  addRunsDirectory(
    runs.command('show').description('show a run: its configuration, its last epoch, why its learning rate fell'),
  )
    .argument('[id]', 'id of the run (default: the newest)')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, flags: RunsFlags) => {
      const reader = await findRun(readRunsDirectory(flags), id);
      const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
      const output = createOutput(process.stdout, process.env);
      const records: RunRecords = { reader, epochs, events };
      output.write(flags.json === true ? await describeJson(records) : await describe(records, output.columns()));
    });
}

/** Loaded only for a run with extra observables: their meanings are in the package that computes with tensors. */
const loadRelationReport = () => import('../terminal/relation-report.js');

async function describe(records: RunRecords, columns: number | undefined): Promise<string> {
  const { run, lastEpoch } = records.reader;
  if (!lastEpoch?.observables) return runReport(records, [], columns);
  const { relationSections } = await loadRelationReport();
  return runReport(records, relationSections(run, lastEpoch), columns);
}

async function describeJson(records: RunRecords): Promise<string> {
  const { run, lastEpoch } = records.reader;
  if (!lastEpoch?.observables) return runReportJson(records);
  const { relationsJson } = await loadRelationReport();
  return runReportJson(records, relationsJson(run, lastEpoch));
}

async function list(runsDirectory: string, json: boolean, output: Output): Promise<void> {
  const { runs, damaged } = await listRuns(runsDirectory);
  if (json) {
    output.write(runTableJson(runs, damaged));
    return;
  }
  if (runs.length > 0) output.write(runTable(runs, output.columns()));
  else warn(noRuns(runsDirectory));
  for (const { id, error } of damaged) warn(`${id} is left out: ${error}`);
}

async function findRun(runsDirectory: string, id: string | undefined): Promise<RunReader> {
  if (id !== undefined) return openRun(runsDirectory, id);
  const [newest] = (await listRuns(runsDirectory)).runs;
  if (newest === undefined) throw new UserError(noRuns(runsDirectory));
  return newest;
}

const noRuns = (runsDirectory: string): string => `no runs in ${runsDirectory}; make one with: fdr train`;
