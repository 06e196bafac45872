import { BACKENDS, DEFAULT_CONFIG, resolveBackend } from '@fdr/training';
import type { Command } from 'commander';
import { checkBackend, type BackendCheck } from '../doctor/backends.js';
import { checkDatasets } from '../doctor/datasets.js';
import { describeMachine } from '../doctor/machine.js';
import { formatFindings, type Findings } from '../doctor/report.js';
import { EXIT } from '../failure.js';
import { createOutput } from '../terminal/output.js';

/** Adds `fdr doctor`. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check backends, data sets and versions; exit with 1 if fdr train would not work')
    .option('--json', 'print one JSON object')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const findings = await examine();
      const output = createOutput(process.stdout, process.env);
      output.write(json ? `${JSON.stringify(findings)}\n` : formatFindings(findings, output.columns()));
      process.exitCode = findings.works ? EXIT.fine : EXIT.failure;
    });
}

async function examine(): Promise<Findings> {
  const { threads } = DEFAULT_CONFIG;
  const backends: BackendCheck[] = [];
  // One after another, so that none takes the cores from another.
  for (const backend of BACKENDS) backends.push(await checkBackend(backend, threads));
  const datasets = await checkDatasets();
  const auto = await resolveBackend('auto');
  const works =
    backends.some((check) => check.backend === auto && check.works) &&
    datasets.some((check) => check.dataset === DEFAULT_CONFIG.dataset && check.works);
  return { machine: describeMachine(), threads, backends, auto, datasets, works };
}
