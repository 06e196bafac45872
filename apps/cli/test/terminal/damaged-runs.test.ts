import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replayRule } from '@fdr/core/relations';
import { createCatalogue, createRun, listRuns, readStepBlocks } from '@fdr/run-store';
import { holdsFor } from '@fdr/testing';
import { defaultSchedule, makeSchedule } from '@fdr/training';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning } from '../../../../packages/run-store/test/sample.js';
import { isMistake } from '../../src/failure.js';
import { runReport, runReportJson } from '../../src/terminal/run-report.js';
import { runTable, runTableJson } from '../../src/terminal/run-table.js';
import { temporaryFolder } from '../commands/fdr.js';

const FILES = ['run.json', 'epochs.jsonl', 'events.jsonl', 'steps.f32'] as const;

it('a run with a number or a byte that is another is shown, replayed, or refused as a mistake', async () => {
  const runs = await temporaryFolder();
  const writer = await createRun(runs, { ...sampleRun(), parameters: [] });
  for (const epoch of [1, 2]) {
    writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
  }
  await writer.close();
  const path = (name: string) => join(writer.folder, name);
  const kept = new Map(await Promise.all(FILES.map(async (name) => [name, await readFile(path(name))] as const)));
  const number = fc.constantFrom(
    '0',
    '-1',
    '1e15',
    '9007199254740991',
    '1e308',
    '5e-324',
    '"NaN"',
    '"-Infinity"',
    'null',
  );
  const change = fc.oneof(
    fc.record({ name: fc.constantFrom(...FILES), at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }),
    fc.record({ name: fc.constantFrom('run.json', 'epochs.jsonl', 'events.jsonl'), at: fc.nat(), number }),
  );
  let shown = 0;
  await holdsFor(change, 150, async (input) => {
    const whole = kept.get(input.name as (typeof FILES)[number])!;
    const changed = 'mask' in input ? Buffer.from(whole) : withNumber(whole, input.at, input.number);
    if ('mask' in input) changed[input.at % whole.length]! ^= input.mask;
    await writeFile(path(input.name), changed);
    const { runs: found, damaged } = await listRuns(runs);
    expect(found.length + damaged.length).toBe(1);
    const catalogue = createCatalogue(runs);
    await catalogue.refresh();
    expect(catalogue.rows()).toHaveLength(found.length);
    runTableJson(catalogue.rows(), catalogue.damaged());
    for (const reader of found) {
      const records = { reader, epochs: await reader.epochs(), events: await reader.events() };
      expect(runTable(catalogue.rows(), 80)).not.toBe('');
      expect(runReport(records, [], 80)).not.toBe('');
      expect(JSON.parse(runReportJson(records))).toBeTypeOf('object');
      shown++;
      try {
        const replayed = replayRule(reader.run, records, makeSchedule(defaultSchedule('equilibrium')));
        for await (const { rows } of readStepBlocks(reader)) replayed.take(rows);
      } catch (error) {
        expect(isMistake(error), String(error)).toBe(true);
      }
    }
    await writeFile(path(input.name), whole);
  });
  expect(shown).toBeGreaterThan(70);
});

/** A text with one of its numbers replaced. */
function withNumber(text: Buffer, at: number, number: string): Buffer {
  const found = [...text.toString('latin1').matchAll(/(?<=[:[,]\s*)-?\d[\d.e-]*(?=[,\]}\s])/g)];
  const { index, 0: old } = found[at % found.length]!;
  return Buffer.concat([text.subarray(0, index), Buffer.from(number), text.subarray(index + old.length)]);
}
