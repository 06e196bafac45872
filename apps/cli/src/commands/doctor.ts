import type { Command } from 'commander';
import { BACKENDS, resolveBackend } from '@fdr/training';
import { checkBackend, type BackendCheck } from '../doctor/backends.js';
import { checkDatasets } from '../doctor/datasets.js';
import { describeMachine } from '../doctor/machine.js';
import { formatFindings, type Findings } from '../doctor/report.js';
import { EXIT } from '../failure.js';
import { DEFAULT_CONFIG } from '@fdr/training';
import { createOutput } from '../terminal/output.js';

/** Adds `fdr doctor`. */
export function registerDoctor(program: Command): void {
  program
    .command('doctor')
    .description('see what works here: backends, data sets, versions; ends with 1 if fdr train would not work')
    .option('--json', 'print one JSON object')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const findings = await examine();
      createOutput(process.stdout, process.env).write(
        json ? `${JSON.stringify(findings)}\n` : formatFindings(findings),
      );
      process.exitCode = findings.works ? EXIT.fine : EXIT.failure;
    });
}

async function examine(): Promise<Findings> {
  const { threads } = DEFAULT_CONFIG;
  const backends: BackendCheck[] = [];
  // One after another, for they would take the cores from each other.
  for (const backend of BACKENDS) backends.push(await checkBackend(backend, threads));
  const datasets = await checkDatasets();
  const auto = await resolveBackend('auto');
  const works =
    backends.some((check) => check.backend === auto && check.works) &&
    datasets.some((check) => check.dataset === DEFAULT_CONFIG.dataset && check.works);
  return { machine: describeMachine(), threads, backends, auto, datasets, works };
}
