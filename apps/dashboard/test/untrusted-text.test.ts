import type { EventRecord } from '@fdr/records';
import { afterEach, describe, expect, it } from 'vitest';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import DataTable from '../src/charts/DataTable.vue';
import EventList from '../src/run/EventList.vue';
import { comparedSeries } from '../src/compare/compared-series.js';
import { runTitle } from '../src/plain-text.js';
import RunConfigCard from '../src/run/RunConfigCard.vue';
import { runRow } from '../src/runs/run-row.js';
import { mount, unmountAll } from './mount.js';

const recorded = quadraticRun(12);
afterEach(unmountAll);

describe('text from run folders', () => {
  const evil = '<img src=x onerror="document.title=1">';

  it('is never parsed as HTML in events, tables and the configuration', () => {
    const at = { step: 1, epoch: 1, time: '2026-01-01T00:00:00.000Z' };
    const events: EventRecord[] = [{ ...at, type: 'warning', message: evil }];
    const table = { columns: [evil], rows: [[evil]] };
    const run = { ...recorded.run, config: { ...recorded.run.config, dataset: evil } };
    for (const element of [
      mount(EventList, { events }),
      mount(DataTable, { table, title: evil }),
      mount(RunConfigCard, { run }),
    ]) {
      expect(element.textContent).toContain(evil);
      expect(element.querySelector('img')).toBeNull();
    }
  });

  it('turns no text around: marks of direction are left out, and letters from right to left are isolated', () => {
    const marks = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
    const name = `run \u202eDETSURT\u202c \u05e9\u05dc\u05d5\u05dd${marks}`;
    const shown = 'run DETSURT \u05e9\u05dc\u05d5\u05dd';
    const run = { ...recorded.run, name, config: { ...recorded.run.config, dataset: name } };
    const summary = { run, lastEpoch: null, bestTestAccuracy: null, controllable: false };
    expect(runRow(summary).name).toBe(shown);
    expect(runTitle({ id: 'the-id', name: marks })).toBe('the-id');
    expect(comparedSeries([{ summary, records: recorded }])[0]!.name).toBe(shown);
    const warning: EventRecord = { step: 1, epoch: 1, time: run.createdAt, type: 'warning', message: name };
    for (const element of [mount(EventList, { events: [warning] }), mount(RunConfigCard, { run })]) {
      expect([...element.querySelectorAll('bdi')].some((isolated) => isolated.textContent.includes(shown))).toBe(true);
      for (const mark of marks) expect(element.textContent).not.toContain(mark);
    }
  });
});
