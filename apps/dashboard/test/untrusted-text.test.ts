import type { EventRecord } from '@fdr/records';
import { afterEach, describe, expect, it } from 'vitest';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import DataTable from '../src/charts/DataTable.vue';
import EventList from '../src/run/EventList.vue';
import RunConfigCard from '../src/run/RunConfigCard.vue';
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
});
