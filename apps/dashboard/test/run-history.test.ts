// @vitest-environment node
import { createStepSeries } from '@fdr/figures';
import { describe, expect, it } from 'vitest';
import { appendEpochs, appendEvents, historyPosition, replaceRun, type RunHistory } from '../src/feed/run-history.js';
import { after, recorded } from './growing-run.js';

const { epochs, events, run } = recorded;
const runId = run.id;

/** A history of so many epochs, without steps. */
function history(count: number): RunHistory {
  return {
    run,
    epochs: epochs.slice(0, count),
    events: events.slice(0, after(count).events),
    steps: createStepSeries(run.stepColumns),
    skipped: 0,
    diskError: null,
  };
}

describe('messages merged into a history', () => {
  it.each([
    ['follow on', 3, 5, 'changed', 5],
    ['overlap', 1, 5, 'changed', 5],
    ['are all known', 0, 3, 'unchanged', 3],
    ['are known in part', 1, 2, 'unchanged', 3],
    ['leave a gap', 4, 6, 'gap', 3],
    ['are none', 3, 3, 'unchanged', 3],
  ])('append new epochs alone: those that %s', (_name, from, to, result, count) => {
    const held = history(3);
    expect(appendEpochs(held, { runId, from, records: epochs.slice(from, to) })).toBe(result);
    expect(held.epochs).toEqual(epochs.slice(0, count));
  });

  it('append new events alone', () => {
    const held = history(7);
    expect(appendEvents(held, { runId, from: 2, records: events.slice(2) })).toBe('gap');
    expect(held.events).toEqual(events.slice(0, 1));
    expect(appendEvents(held, { runId, from: 0, records: [...events] })).toBe('changed');
    expect(held.events).toEqual(events);
    expect(historyPosition(held)).toEqual({ epochs: 7, events: 3, steps: 0 });
  });

  it('replace the run, unless it was resumed since', () => {
    const held = history(3);
    expect(replaceRun(held, { runId, run: { ...run, status: 'paused' }, diskError: 'ENOSPC' })).toBe('changed');
    expect([held.run.status, held.diskError]).toEqual(['paused', 'ENOSPC']);
    expect(replaceRun(held, { runId, run: { ...run, resumedAt: '2026-01-02T00:00:00.000Z' }, diskError: null })).toBe(
      'resumed',
    );
    expect(held.run.status).toBe('paused');
  });
});
