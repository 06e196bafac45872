import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { figureRecord } from '../src/index.js';

const FOLDER = new URL('../../../docs/results/', import.meta.url);
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

it('docs/results holds figures of both networks', () => {
  expect(files).toEqual(expect.arrayContaining(['fig1a.json', 'fig1b.json', 'fig4b.json']));
});

it.each(files)('docs/results/%s has every field of a figure record, and no other', (file) => {
  const stored: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  const record = figureRecord.parse(stored);
  expect(`${record.id}.json`).toBe(file);
  // Fields that the schema does not know would be missing here.
  expect(figureRecord.encode(record)).toEqual(stored);
});
