import { runVerdict, verdictRows, type RunVerdict } from '@fdr/core/relations';
import { openRun } from '@fdr/run-store';
import { jsonLine } from './json-line.js';
import type { Output } from './output.js';
import { formatSections, type Section } from './section.js';

/** What can be said of a run as a whole, for people. */
export const verdictSection = (verdict: RunVerdict): Section => ['verdict, ± at 95 %', verdictRows(verdict)];

/** Prints the verdict on a run that has ended, from all that is recorded of it. */
export async function printVerdict(output: Output, runsDirectory: string, id: string, json: boolean): Promise<void> {
  const { run, epochs, events } = await openRun(runsDirectory, id);
  const verdict = runVerdict({ run, epochs: await epochs(), events: await events() });
  output.write(
    json
      ? jsonLine({ type: 'verdict', runId: id, verdict })
      : formatSections([verdictSection(verdict)], output.columns()),
  );
}
