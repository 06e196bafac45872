import { relative } from 'node:path';
import { createPreviews, runPlan, writeResult, type Failure, type Result } from '@fdr/experiments';
import { plan } from '@fdr/experiments/planning';
import { EXIT } from '../failure.js';
import type { ReproduceOptions } from '../options/reproduce-options.js';
import { experimentProgress } from '../terminal/experiment-progress.js';
import { createOutput, type Output } from '../terminal/output.js';
import { formatTable } from '../terminal/table.js';

/** How this program is started again: node, its flags, its main file. */
const OWN_COMMAND: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];

/**
 * Runs what is missing of the experiments asked for, draws their figures and prints the results.
 *
 * @param commandLine for the reports
 * @returns the process' exit code
 */
export async function reproduce(options: ReproduceOptions, commandLine: string): Promise<number> {
  const output = createOutput(process.stdout, process.env);
  const interrupted = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const interrupt = (): void => {
    // A second signal ends it at once; the runs' processes end by themselves.
    if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
    interrupted.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const planned = plan(options);
    const context = { command: commandLine, scale: options.scale };
    const previews = createPreviews(planned.figures, (figure, done) =>
      writeResult(figure, done, options.out, { ...context, failures: [] }),
    );
    const { done, failures } = await runPlan(planned, {
      out: options.out,
      width: options.jobs,
      command: OWN_COMMAND,
      watch: (jobs, doneBefore) => experimentProgress(output, jobs, { width: options.jobs, doneBefore }),
      onDone: previews.onDone,
      signal: interrupted.signal,
    });
    await previews.settled();
    if (interrupted.signal.aborted) {
      process.stderr.write('fdr: interrupted; the same command goes on with what is missing\n');
      return EXIT.interrupted;
    }
    const results: Result[] = [];
    for (const figure of planned.figures)
      results.push(await writeResult(figure, done, options.out, { ...context, failures }));
    show(results, failures, output);
    return failures.length > 0 ? EXIT.failure : EXIT.fine;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

function show(results: readonly Result[], failures: readonly Failure[], output: Output): void {
  const claims = results.flatMap((result) =>
    'drawn' in result
      ? result.drawn.claims.map(({ statement, measured, verdict }) => [result.id, verdict, statement, measured])
      : [],
  );
  const columns = ['FIGURE', 'VERDICT', 'CLAIM', 'MEASURED'].map((title, rank) => ({ title, rank }));
  if (claims.length > 0) output.write(`\n${formatTable(columns, claims, output.columns())}\n`);
  for (const result of results) {
    if ('drawn' in result) output.write(`${result.id}: ${result.files.map((file) => relative('', file)).join(' ')}\n`);
    else process.stderr.write(`fdr: ${result.id} is not drawn: ${result.lacks} is missing\n`);
  }
  if (failures.length === 0) return;
  const rows = failures.map(({ job, reason }) => [job.name, reason]);
  process.stderr.write(
    `fdr: ${failures.length} of the jobs failed\n${formatTable(
      [
        { title: 'JOB', rank: 0 },
        { title: 'WHY', rank: 0 },
      ],
      rows,
    )}`,
  );
}
