import { relative } from 'node:path';
import { compareRules, replayRule, thresholdOf } from '@fdr/core/relations';
import { pictureFiles, readRunRecords, writeFiles } from '@fdr/experiments';
import { replayPanels, ruleComparisonPanels, type Panel, type RunRecords } from '@fdr/figures';
import type { ScheduleConfig } from '@fdr/records';
import { findRun, openRun, readStepBlocks, type RunReader } from '@fdr/run-store';
import { makeSchedule } from '@fdr/training';
import { UserError } from '../failure.js';
import type { ReplayOptions } from '../options/replay-options.js';
import { createOutput, warn } from '../terminal/output.js';
import { comparisonJson, comparisonText, replayJson, replayText } from '../terminal/replay-report.js';

/**
 * Prints when rules would have fired over a stored run, and draws it if the options name a folder.
 *
 * @param id the run
 * @throws UserError if the run has recorded less than one epoch
 * @throws RunFolderError if the run cannot be read
 */
export async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { runsDirectory, rule, out } = options;
  const reader = await openRun(runsDirectory, await findRun(runsDirectory, id));
  if (reader.stepCount() < reader.run.stepsPerEpoch)
    throw new UserError(
      `run ${reader.id} has ${reader.stepCount()} steps, less than one epoch: a rule is asked at epochs' ends`,
    );
  const draw = rule ? await replayOne(reader, rule, options) : await replayAll(reader, options);
  if (out === undefined) return;
  const panels = draw(await readRunRecords(reader, true));
  for (const file of await writeFiles(out, pictureFiles(`replay-${reader.id}`, panels)))
    process.stderr.write(`fdr: wrote ${relative('', file)}\n`);
}

/** Draws what has been replayed over the run's records. */
type Draw = (records: RunRecords) => Panel[];

async function replayOne(reader: RunReader, rule: ScheduleConfig, { json }: ReplayOptions): Promise<Draw> {
  const { id, run } = reader;
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const replayed = replayRule(run, { epochs, events }, makeSchedule(rule));
  for (const warning of replayed.warnings) warn(`warning: ${warning}`);
  for await (const { rows } of readStepBlocks(reader)) replayed.take(rows);
  const output = createOutput(process.stdout, process.env);
  output.write(json ? replayJson(id, rule, replayed) : replayText(id, rule, replayed, output.columns()));
  return (records) => replayPanels(records, { ...replayed, threshold: thresholdOf(rule) });
}

async function replayAll(reader: RunReader, { json }: ReplayOptions): Promise<Draw> {
  const { id, run } = reader;
  const [epochs, events] = await Promise.all([reader.epochs(), reader.events()]);
  const comparison = compareRules(run, { epochs, events });
  for await (const { rows } of readStepBlocks(reader)) comparison.take(rows);
  const { rules } = comparison;
  const output = createOutput(process.stdout, process.env);
  output.write(json ? comparisonJson(id, rules) : comparisonText(id, epochs.length, rules, output.columns()));
  return (records) =>
    ruleComparisonPanels(records, {
      rules: rules.filter(({ unknown }) => unknown === undefined),
      refined: comparison.refined(),
      threshold: thresholdOf(run.config.schedule),
    });
}
