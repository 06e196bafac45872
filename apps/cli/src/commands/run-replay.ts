import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { csv, panelsTable, replayPanels } from '@fdr/figures';
import { UserError } from '../failure.js';
import type { ReplayOptions } from '../options/replay-options.js';
import { completedRecords, renderPng, renderSvg } from '@fdr/experiments';
import { openRun, readStepBlocks, writeFileAtomically, type RunReader } from '@fdr/run-store';
import { replayRule, thresholdOf, type RuleReplay } from '@fdr/core/relations';
import { makeSchedule } from '@fdr/training';
import { createOutput } from '../terminal/output.js';
import { replayJson, replayText } from '../terminal/replay-report.js';

/** Tells when a rule would have fired over a stored run, and draws it where it is asked to. */
export async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { runsDirectory, rule, out, json } = options;
  const reader = await openRun(runsDirectory, id);
  if (reader.stepCount() < reader.run.stepsPerEpoch)
    throw new UserError(
      `run ${id} has recorded ${reader.stepCount()} steps, less than one epoch: no rule has been asked`,
    );
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const replayed = replayRule(reader.run, { epochs, events }, makeSchedule(rule));
  for (const warning of replayed.warnings) process.stderr.write(`fdr: warning: ${warning}\n`);
  for await (const { rows } of readStepBlocks(reader)) replayed.take(rows);
  const output = createOutput(process.stdout, process.env);
  output.write(json ? replayJson(id, rule, replayed) : replayText(id, rule, replayed, output.columns()));
  if (out === undefined) return;
  for (const file of await draw(reader, replayed, thresholdOf(rule), out))
    process.stderr.write(`fdr: wrote ${relative('', file)}\n`);
}

async function draw(reader: RunReader, { observations, firings }: RuleReplay, threshold: number, out: string) {
  const panels = replayPanels(await completedRecords(reader, true), { observations, firings, threshold });
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
