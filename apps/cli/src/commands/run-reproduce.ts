import { relative } from 'node:path';
import { formatVerdict } from '@fdr/core/relations';
import { createPreviews, writeFigure, type FigureResult } from '@fdr/experiments';
import { EMPTY_PLAN, plan } from '@fdr/experiments/planning';
import { EXIT } from '../failure.js';
import type { ReproduceOptions } from '../options/reproduce-options.js';
import { createOutput, warn, type Output } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';
import { printFailures, runJobs } from './experiment-command.js';

/**
 * Runs the jobs of the figures that are not completed yet, draws the figures and prints their claims.
 *
 * @param commandLine shown in the reports
 * @returns the exit code of the process
 */
export async function reproduce(options: ReproduceOptions, commandLine: string): Promise<number> {
  const { out, scale, concurrency, name: executorName } = options;
  const output = createOutput(process.stdout, process.env);
  const { figures, jobs } = plan(options);
  const report = { command: commandLine, scale };
  const previews = createPreviews({
    figures,
    draw: (figure, results) => writeFigure(figure, results, out, { ...report, failures: [] }),
  });
  const executor = { name: executorName ?? 'local', concurrency, slurm: EMPTY_PLAN.slurm };
  const { onCompleted } = previews;
  const outcome = await runJobs(jobs, { ...executor, out, retryFailed: true, onCompleted }, output);
  await previews.settled();
  if (!outcome) return EXIT.interrupted;
  const { results, failures } = outcome;
  const written: FigureResult[] = [];
  for (const figure of figures) written.push(await writeFigure(figure, results, out, { ...report, failures }));
  printClaims(written, output);
  printFiles(written, output);
  printFailures(failures);
  return failures.length > 0 ? EXIT.failure : EXIT.fine;
}

function printClaims(figures: readonly FigureResult[], output: Output): void {
  const rows = figures.flatMap((figure) =>
    figure.kind === 'drawn'
      ? figure.drawn.claims.map((claim) => [figure.id, formatVerdict(claim), claim.statement, claim.measured])
      : [],
  );
  const columns = ['FIGURE', 'VERDICT', 'CLAIM', 'MEASURED'].map((title, rank) => ({ title, rank }));
  if (rows.length > 0) output.write(`\n${formatTable(columns, rows, output.columns())}\n`);
}

function printFiles(figures: readonly FigureResult[], output: Output): void {
  for (const figure of figures) {
    if (figure.kind === 'drawn')
      output.write(`${figure.id}: ${figure.files.map((file) => relative('', file)).join(' ')}\n`);
    else warn(`${figure.id} is not drawn: ${figure.missing} is missing`);
  }
}
