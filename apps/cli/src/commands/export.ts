import { relative, resolve } from 'node:path';
import type { ExportFormat } from '@fdr/export';
import { findRun, openRun } from '@fdr/run-store';
import type { Command } from 'commander';
import { z } from 'zod';
import { UserError } from '../failure.js';
import { parseValue, pathText } from '../options/parse-option.js';
import { addRunsDirectory, readRunsDirectory, type RunsDirectoryFlags } from '../options/server-options.js';
import { createOutput } from '../terminal/output.js';

/** What the command line gave for `fdr export`. */
interface ExportFlags extends RunsDirectoryFlags {
  readonly format?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** What the help names; the room that writes them is loaded when one is asked for. */
const FORMATS = ['csv', 'parquet', 'tensorboard'] as const satisfies readonly ExportFormat[];
const format = z.enum(FORMATS);

/** Adds `fdr export`. */
export function registerExport(program: Command): void {
  addRunsDirectory(program.command('export').description('write what a run has recorded as files of other programs'))
    .argument('<id>', 'id of the run, the beginning of it, or last')
    .requiredOption('--format <name>', `one of ${FORMATS.join(', ')}`)
    .option('--out <folder>', 'folder of the files (default: exports/ and the id of the run)')
    .option('--force', 'replace files that exist')
    .action(exportStored);
}

async function exportStored(text: string, flags: ExportFlags): Promise<void> {
  const chosen = parseValue('--format', format, flags.format);
  const directory = readRunsDirectory(flags);
  const id = await findRun(directory, text);
  const out = resolve(parseValue('--out', pathText, flags.out ?? `exports/${id}`));
  const { exportRun, ExportError } = await import('@fdr/export');
  try {
    const files = await exportRun(await openRun(directory, id), { format: chosen, out, force: flags.force === true });
    createOutput(process.stdout, process.env).write(files.map((file) => `${relative('', file)}\n`).join(''));
  } catch (error) {
    throw error instanceof ExportError ? new UserError(error.message, { cause: error }) : error;
  }
}
