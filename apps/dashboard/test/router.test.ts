import type { FigureList, RunPage } from '@fdr/records';
import { waitUntil } from '@fdr/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import App from '../src/App.vue';
import { createApi, RequestError, type Api } from '../src/feed/api.js';
import { createAppRouter } from '../src/router.js';
import { mount, unmountAll } from './mount.js';

afterEach(unmountAll);

/** A server that has no runs and no figures. */
const emptyApi: Api = {
  ...createApi(),
  runs: vi.fn((): Promise<RunPage> =>
    Promise.resolve({ version: 0, pending: 0, all: 0, total: 0, from: 0, rows: [], sweep: null, damaged: [] }),
  ),
  run: vi.fn((id: string) => Promise.reject(new RequestError(404, `there is no run ${id}`))),
  figures: vi.fn((): Promise<FigureList> => Promise.resolve({ figures: [], damaged: [] })),
  figure: vi.fn((id: string) => Promise.reject(new RequestError(404, `there is no figure ${id}`))),
};

async function open(path: string) {
  const router = createAppRouter(emptyApi);
  await router.push(path);
  const page = mount(App, {}, [router]);
  return { router, page, text: (selector: string) => page.querySelector(selector)?.textContent.trim() };
}

describe('the address', () => {
  it.each([
    ['/', 'runs', 'Runs', 'Runs – FDR'],
    ['/compare', 'compare', 'Compare runs', 'Compare – FDR'],
    ['/figures', 'figures', 'Figures of the paper', 'Figures – FDR'],
    ['/runs/my-run', 'run', 'my-run', 'my-run – FDR'],
    ['/figures/fig1a', 'figure', 'fig1a', 'fig1a – FDR'],
  ])('%s leads to the page of %s', async (path, name, heading, title) => {
    const { router, text } = await open(path);
    expect(router.currentRoute.value.name).toBe(name);
    expect(text('h1')).toBe(heading);
    await waitUntil(() => document.title === title);
  });

  it.each(['/nowhere', '/nowhere/at/all', '/runs', '/runs/a/b', '/figures/a/b'])(
    '%s leads to the page for unknown addresses, which leads back',
    async (path) => {
      const { text, page } = await open(path);
      expect(text('h1')).toBe('Page not found');
      expect(page.querySelector('main a')?.getAttribute('href')).toBe('/');
    },
  );

  it('of a run or a figure hands over the id, decoded', async () => {
    const { page } = await open('/runs/a%20b');
    await waitUntil(() => page.querySelector('[role=status]')?.textContent.includes('there is no run a b'));
    expect(emptyApi.run).toHaveBeenLastCalledWith('a b');
    const { page: figurePage } = await open('/figures/fig9');
    await waitUntil(() => figurePage.querySelector('[role=alert]'));
    expect(emptyApi.figure).toHaveBeenLastCalledWith('fig9');
  });

  it('that was named is built from the id', async () => {
    const { router } = await open('/');
    expect(router.resolve({ name: 'run', params: { runId: 'a b' } }).href).toBe('/runs/a%20b');
    expect(router.resolve({ name: 'figure', params: { figureId: 'fig1a' } }).href).toBe('/figures/fig1a');
  });

  it('stays in the navigation, whose link to the current page is marked', async () => {
    const { page } = await open('/figures');
    const links = [...page.querySelectorAll('nav a')].map((link) => [link.textContent, link.ariaCurrent]);
    expect(links.map(([name]) => name)).toEqual(['Runs', 'Figures']);
    expect([...page.querySelectorAll('nav [aria-current]')].map(({ textContent }) => textContent)).toEqual(['Figures']);
  });
});
