import type { FigureList, FigureRecord } from '@fdr/records';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shallowRef } from 'vue';
import { createApi, RequestError, type Api } from '../src/feed/api.js';
import { useFigure } from '../src/paper/use-figure.js';
import { deferred } from './deferred.js';
import { inScope, stopScopes } from './in-scope.js';
import { countListeners } from './page-state.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  stopScopes();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function record(id: string, drawnAt: string): FigureRecord {
  return {
    id,
    title: `Figure ${id} drawn at ${drawnAt}`,
    claims: [],
    jobs: { done: 1, planned: 1 },
    drawnAt,
    schemaVersion: 1,
    caption: '',
    command: '',
    scale: '',
    panels: [],
    tables: [],
  };
}

/** An interface to figures that are kept in memory, and may be drawn anew. */
function figureApi(...records: FigureRecord[]) {
  const stored = new Map(records.map((figure) => [figure.id, figure]));
  const figures = vi.fn((): Promise<FigureList> => Promise.resolve({ figures: [...stored.values()], damaged: [] }));
  const figure = vi.fn(async (id: string): Promise<FigureRecord> => {
    const found = stored.get(id);
    if (!found) throw new RequestError(404, `there is no figure ${id}`);
    return found;
  });
  const api: Api = { ...createApi(), figures, figure };
  return { api, figures, figure, draw: (drawn: FigureRecord) => stored.set(drawn.id, drawn) };
}

const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'] as const;
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('a watched figure', () => {
  it('is fetched at once, and again only when it was drawn anew', async () => {
    const { api, figure, draw } = figureApi(record('fig1a', first));
    const { result } = inScope(() => useFigure(api, () => 'fig1a'));
    expect(result.figure.value).toBeNull();
    await settle();
    expect(result.figure.value).toEqual(record('fig1a', first));
    await vi.advanceTimersByTimeAsync(3000);
    const requests = figure.mock.calls.length;
    await vi.advanceTimersByTimeAsync(9000);
    expect(figure).toHaveBeenCalledTimes(requests);
    draw(record('fig1a', second));
    await vi.advanceTimersByTimeAsync(3000);
    expect(figure).toHaveBeenCalledTimes(requests + 1);
    expect(result.figure.value).toEqual(record('fig1a', second));
  });

  it('follows the id, and drops the late answer of the one before', async () => {
    const { api, figure } = figureApi(record('fig1a', first), record('fig2a', first));
    const late = deferred<FigureRecord>();
    figure.mockImplementation((id) => (id === 'fig1a' ? late.promise : Promise.resolve(record(id, first))));
    const id = shallowRef('fig1a');
    const { result } = inScope(() => useFigure(api, () => id.value));
    await settle();
    id.value = 'fig2a';
    await settle();
    expect(result.figure.value?.id).toBe('fig2a');
    late.resolve(record('fig1a', first));
    await settle();
    expect(result.figure.value?.id).toBe('fig2a');
  });

  it('keeps its own error apart from the late error of the id before', async () => {
    const { api, figure } = figureApi(record('fig2a', first));
    const late = deferred<FigureRecord>();
    figure.mockImplementation((id) => (id === 'fig1a' ? late.promise : Promise.resolve(record(id, first))));
    const id = shallowRef('fig1a');
    const { result } = inScope(() => useFigure(api, () => id.value));
    await settle();
    id.value = 'fig2a';
    await settle();
    late.reject(new RequestError(404, 'there is no figure fig1a'));
    await settle();
    expect(result.error.value).toBe('');
  });

  it('has the error of its own request, then that of the list', async () => {
    const { api, figures, draw } = figureApi();
    const { result } = inScope(() => useFigure(api, () => 'fig9'));
    await settle();
    expect(result.error.value).toBe('there is no figure fig9');
    draw(record('fig9', first));
    await vi.advanceTimersByTimeAsync(3000);
    expect([result.figure.value?.id, result.error.value]).toEqual(['fig9', '']);
    figures.mockRejectedValueOnce(new TypeError('fetch failed'));
    await vi.advanceTimersByTimeAsync(3000);
    expect([result.figure.value?.id, result.error.value]).toEqual(['fig9', 'fetch failed']);
  });

  it('is not fetched any more once the scope has ended', async () => {
    const listeners = countListeners(document);
    const { api, figures, figure, draw } = figureApi(record('fig1a', first));
    const id = shallowRef('fig1a');
    const { stop } = inScope(() => useFigure(api, () => id.value));
    await settle();
    const requests = [figures.mock.calls.length, figure.mock.calls.length];
    stop();
    expect([listeners(), vi.getTimerCount()]).toEqual([0, 0]);
    draw(record('fig1a', second));
    id.value = 'fig2a';
    await vi.advanceTimersByTimeAsync(9000);
    expect([figures.mock.calls.length, figure.mock.calls.length]).toEqual(requests);
  });
});
