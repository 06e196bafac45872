import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { LAUNCH_FLAGS } from '../src/browser/probe-browser.js';
import { expect, test } from './fixtures.js';

const root = fileURLToPath(new URL('../src/train-page/', import.meta.url));
const ORIGIN = 'http://train.localhost/';

// WebGL without a GPU.
const swiftShader = LAUNCH_FLAGS.filter((flag) => flag !== '--disable-gpu');
test.use({
  launchOptions: {
    args: [...swiftShader, '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    executablePath: process.env['CHROMIUM_PATH'] ?? chromium.executablePath(),
  },
});

interface Measured {
  readonly ratios: readonly number[];
  readonly tensors: number;
  readonly buffers: number;
}

test('train() and model.fit run in a page on cpu, wasm and webgl, to the same numbers, and leave nothing behind', async ({
  page,
  folder,
}) => {
  await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: false, chunkSizeWarningLimit: 5000 } });
  await page.route(`${ORIGIN}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/favicon.ico') await route.fulfill({ status: 204 });
    else await route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) });
  });
  await page.goto(ORIGIN);
  await page.waitForFunction(() => 'measured' in window);
  const measured = (kind: 'train' | 'fit', backend: string): Promise<Measured> =>
    page.evaluate(
      ([name, on]) =>
        (window as unknown as { measured: (name: string, on: string) => Promise<Measured> }).measured(name, on),
      [kind, backend] as const,
    );
  for (const kind of ['train', 'fit'] as const) {
    const { ratios: expected } = await measured(kind, 'cpu');
    expect(expected).toHaveLength(3);
    expect(new Set(expected).size).toBe(3);
    for (const backend of ['cpu', 'wasm', 'webgl', 'webgl']) {
      const { ratios, tensors, buffers } = await measured(kind, backend);
      expect({ kind, backend, tensors, buffers }).toEqual({ kind, backend, tensors: 0, buffers: 0 });
      ratios.forEach((ratio, epoch) => {
        expect(Math.abs(ratio / (expected[epoch] ?? NaN) - 1)).toBeLessThan(1e-3);
      });
    }
  }
});

test('the averages alone are at most 3 kB of a page', async ({ folder }) => {
  const input = join(root, 'averages-alone.ts');
  const result = await build({ root, logLevel: 'warn', build: { outDir: folder, write: false, rolldownOptions: { input } } }); // prettier-ignore
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((each) => ('output' in each ? each.output : []));
  const [chunk, ...others] = outputs;
  expect(others).toEqual([]);
  const code = chunk?.type === 'chunk' ? chunk.code : '';
  expect(code).toContain('console.log');
  expect(code.length).toBeLessThanOrEqual(3 * 1024);
});
