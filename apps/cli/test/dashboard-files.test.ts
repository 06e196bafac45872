import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { dashboardDirectory } from '../src/dashboard-files.js';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/', import.meta.url));
const { exports: entries } = createRequire(import.meta.url)(join(DASHBOARD, 'package.json'));

it("the folder of the dashboard's page is the one that its package exports, whether or not it is built", () => {
  const directory = dashboardDirectory() ?? '';
  // The page may not be built yet, but the package is installed: npm links it.
  expect(join(realpathSync(dirname(directory)), 'index.html')).toBe(join(DASHBOARD, 'index.html'));
  expect(join(directory, 'index.html')).toBe(join(dirname(directory), entries['./index.html']));
});
