import { relative } from 'node:path';
import { formatVerdict } from '@fdr/core/relations';
import { createPreviews, localExecutor, runExperiment, writeFigure, type Failure, type FigureResult } from '@fdr/experiments';
import { plan } from '@fdr/experiments/planning';
import { EXIT } from '../failure.js';
import type { ReproduceOptions } from '../options/reproduce-options.js';
import { createExperimentProgress } from '../terminal/experiment-progress.js';
import { createOutput, warn, type Output } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';
import { ENDING_SIGNALS } from '../terminal/wait-for-signal.js';

/** The command that starts this program: node, its flags, the main file. */
const OWN_COMMAND: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];

/**
 * Runs the jobs of the figures that are not completed yet, draws the figures and prints their claims.
 *
 * @param commandLine shown in the reports
 * @returns the exit code of the process
 */
export async function reproduce(options: ReproduceOptions, commandLine: string): Promise<number> {
  const { out, scale, concurrency } = options;
  const output = createOutput(process.stdout, process.env);
  const interruption = new AbortController();
  const interrupt = (): void => {
    // The second signal ends this process at once; those of the jobs end by themselves.
    if (interruption.signal.aborted) process.exit(EXIT.interrupted);
    interruption.abort();
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, interrupt);
  try {
    const { figures, jobs } = plan(options);
    const report = { command: commandLine, scale };
    const previews = createPreviews({
      figures,
      draw: (figure, results) => writeFigure(figure, results, out, { ...report, failures: [] }),
    });
    const { results, failures } = await runExperiment(jobs, {
      out,
      executor: localExecutor({ command: OWN_COMMAND, concurrency }),
      retryFailed: true,
      listen: (remaining, doneBefore) => createExperimentProgress(output, { jobs: remaining, doneBefore, concurrency }),
      onCompleted: previews.onCompleted,
      signal: interruption.signal,
    });
    await previews.settled();
    if (interruption.signal.aborted) {
      warn('interrupted; the same command goes on with what is missing');
      return EXIT.interrupted;
    }
    const written: FigureResult[] = [];
    for (const figure of figures) written.push(await writeFigure(figure, results, out, { ...report, failures }));
    printClaims(written, output);
    printFiles(written, output);
    printFailures(failures);
    return failures.length > 0 ? EXIT.failure : EXIT.fine;
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, interrupt);
  }
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

function printFailures(failures: readonly Failure[]): void {
  if (failures.length === 0) return;
  const columns = ['JOB', 'WHY'].map((title) => ({ title, rank: 0 }));
  const rows = failures.map(({ job, reason }) => [job.name, reason]);
  process.stderr.write(`fdr: ${failures.length} of the jobs failed\n${formatTable(columns, rows)}`);
}
