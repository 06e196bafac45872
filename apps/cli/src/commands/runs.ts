import {
  changeLabels,
  createCatalogue,
  emptyTrash,
  findRun,
  listTrash,
  openRun,
  removeRun,
  restoreRun,
  selectRuns,
} from '@fdr/run-store';
import type { RunLabels } from '@fdr/records';
import type { Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../failure.js';
import { describeRange, parseWord } from '../options/parse-option.js';
import { addRunsDirectory, readRunsDirectory, type RunsDirectoryFlags } from '../options/server-options.js';
import { createOutput, warn } from '../terminal/output.js';
import { runReport, runReportJson, type RunRecords } from '../terminal/run-report.js';
import { runTable, runTableJson } from '../terminal/run-table.js';

/** What the command line gave for `fdr runs show`. */
interface ShowFlags extends RunsDirectoryFlags {
  readonly json?: boolean;
}

/** What the command line gave for `fdr runs ls`. */
interface ListFlags extends ShowFlags {
  readonly filter?: string;
  readonly sort?: string;
  readonly limit?: string;
}

const limit = z.int().min(1).max(1_000_000);
const ID = 'id of the run, the beginning of it, or last';

/** Adds `fdr runs` with its commands. */
export function registerRuns(program: Command): void {
  const runs = program.command('runs').description('list, show, name, archive and remove stored runs');
  addRunsDirectory(runs.command('ls').description('list the stored runs, newest first'))
    .option('--filter <text>', 'words, field:value, field:>number, field:[from TO to], joined with AND, OR, NOT')
    .option('--sort <field>', 'a field, with a - before it downwards (default: -created)')
    .option('--limit <n>', `so many of them: ${describeRange(limit)}`)
    .option('--json', 'print one JSON object a line')
    .action(list);
  addRunsDirectory(
    runs.command('show').description('show a run: its configuration, its last epoch, why its learning rate fell'),
  )
    .argument('[id]', ID, 'last')
    .option('--json', 'print one JSON object')
    .action(show);
  registerLabels(runs);
  registerTrash(runs);
}

function registerLabels(runs: Command): void {
  /** A command that says something of one run. */
  const label = (name: string, description: string, text: string, labelsOf: (words: readonly string[]) => RunLabels) =>
    addRunsDirectory(runs.command(name).description(description))
      .argument('<id>', ID)
      .argument(text)
      .action(async (id: string, words: readonly string[], flags: RunsDirectoryFlags) => {
        const directory = readRunsDirectory(flags);
        await changeLabels(directory, await findRun(directory, id), labelsOf(words));
      });
  label('rename', 'give a run another name', '<name...>', (words) => ({ name: words.join(' ') }));
  label('tag', 'give a run these tags instead of those it has; none without any', '[tags...]', (tags) => ({
    tags: [...tags],
  }));
  label('note', 'write a note on a run; none without any', '[text...]', (words) => ({ note: words.join(' ') }));
  for (const [name, archived, description] of [
    ['archive', true, 'leave a run out of lists; --filter archived:yes finds it'],
    ['unarchive', false, 'list an archived run again'],
  ] as const)
    forEachRun(runs, name, description, async (directory, text) => {
      await changeLabels(directory, await findRun(directory, text), { archived });
    });
}

function registerTrash(runs: Command): void {
  forEachRun(runs, 'rm', 'move runs to the trash', async (directory, text) =>
    removeRun(directory, await findRun(directory, text)),
  );
  forEachRun(runs, 'restore', 'bring runs back from the trash', restoreRun);
  addRunsDirectory(runs.command('trash').description('list what is in the trash'))
    .option('--empty', 'delete it for good')
    .action(async ({ empty, ...flags }: RunsDirectoryFlags & { readonly empty?: boolean }) => {
      const directory = readRunsDirectory(flags);
      const output = createOutput(process.stdout, process.env);
      if (empty === true) output.write(`${await emptyTrash(directory)} runs deleted\n`);
      else for (const id of await listTrash(directory)) output.write(`${id}\n`);
    });
}

/** A command that does something to each of several runs, the first that it can't be done to excepted and all after it. */
function forEachRun(
  runs: Command,
  name: string,
  description: string,
  work: (runsDirectory: string, id: string) => Promise<void>,
): void {
  addRunsDirectory(runs.command(name).description(description))
    .argument('<ids...>', ID)
    .action(async (ids: readonly string[], flags: RunsDirectoryFlags) => {
      for (const id of ids) await work(readRunsDirectory(flags), id);
    });
}

/** Loaded only for a run with extra observables: their meanings are in the package that computes with tensors. */
const loadRelationReport = () => import('../terminal/relation-report.js');

async function show(text: string, flags: ShowFlags): Promise<void> {
  const directory = readRunsDirectory(flags);
  const reader = await openRun(directory, await findRun(directory, text));
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const output = createOutput(process.stdout, process.env);
  const records: RunRecords = { reader, epochs, events };
  output.write(flags.json === true ? await describeJson(records) : await describe(records, output.columns()));
}

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

async function list({ json, filter, sort, ...flags }: ListFlags): Promise<void> {
  const directory = readRunsDirectory(flags);
  const count = flags.limit === undefined ? undefined : parseWord('--limit', limit, flags.limit);
  const catalogue = createCatalogue(directory);
  await catalogue.refresh();
  const rows = selectedRuns(catalogue, filter, sort).slice(0, count);
  const output = createOutput(process.stdout, process.env);
  if (json === true) {
    output.write(runTableJson(rows, catalogue.damaged()));
    return;
  }
  if (rows.length > 0) output.write(runTable(rows, output.columns()));
  else if (catalogue.rows().length > 0) warn(`none of ${catalogue.rows().length} runs fits`);
  else warn(`no runs in ${directory}; make one with: fdr train`);
  for (const { id, error } of catalogue.damaged()) warn(`${id} is left out: ${error}`);
}

function selectedRuns(catalogue: ReturnType<typeof createCatalogue>, filter?: string, sort?: string) {
  try {
    return selectRuns(catalogue.rows(), { filter, sort });
  } catch (error) {
    throw error instanceof RangeError ? new UserError(error.message) : error;
  }
}
