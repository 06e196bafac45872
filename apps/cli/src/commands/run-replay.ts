import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { replayRule, thresholdOf, type RuleReplay } from '@fdr/core/relations';
import { readRunRecords, renderPng, renderSvg } from '@fdr/experiments';
import { csv, panelsTable, replayPanels } from '@fdr/figures';
import { openRun, readStepBlocks, writeFileAtomically, type RunReader } from '@fdr/run-store';
import { makeSchedule } from '@fdr/training';
import { UserError } from '../failure.js';
import type { ReplayOptions } from '../options/replay-options.js';
import { createOutput, warn } from '../terminal/output.js';
import { replayJson, replayText } from '../terminal/replay-report.js';

/**
 * Prints when a rule would have fired over a stored run, and draws it if the options name a folder.
 *
 * @param id the run
 * @throws UserError if the run has recorded less than one epoch
 * @throws RunFolderError if the run cannot be read
 */
export async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { runsDirectory, rule, out, json } = options;
  const reader = await openRun(runsDirectory, id);
  if (reader.stepCount() < reader.run.stepsPerEpoch)
    throw new UserError(
      `run ${id} has ${reader.stepCount()} steps, less than one epoch: a rule is asked at epochs' ends`,
    );
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const replayed = replayRule(reader.run, { epochs, events }, makeSchedule(rule));
  for (const warning of replayed.warnings) warn(`warning: ${warning}`);
  for await (const { rows } of readStepBlocks(reader)) replayed.take(rows);
  const output = createOutput(process.stdout, process.env);
  output.write(json ? replayJson(id, rule, replayed) : replayText(id, rule, replayed, output.columns()));
  if (out === undefined) return;
  for (const file of await drawReplay(reader, replayed, thresholdOf(rule), out))
    process.stderr.write(`fdr: wrote ${relative('', file)}\n`);
}

/** @returns the paths of the files */
async function drawReplay(
  reader: RunReader,
  { observations, firings }: RuleReplay,
  threshold: number,
  out: string,
): Promise<string[]> {
  const panels = replayPanels(await readRunRecords(reader, true), { observations, firings, threshold });
  const svg = renderSvg(panels);
  const contents = { svg, png: renderPng(svg), csv: csv(panelsTable(panels)) };
  await mkdir(out, { recursive: true });
  const files: string[] = [];
  for (const [extension, content] of Object.entries(contents)) {
    const file = join(out, `replay-${reader.id}.${extension}`);
    await writeFileAtomically(file, [Buffer.from(content)]);
    files.push(file);
  }
  return files;
}
