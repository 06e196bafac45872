import { defineConfig } from '@playwright/test';
import { FLAGS } from './src/browser/start.js';

const executablePath = process.env['CHROMIUM_PATH'];

export default defineConfig({
  testDir: 'test',
  testMatch: '**/*.test.ts',
  // Finds or installs the browser and leaves its path in CHROMIUM_PATH, for the workers to read above.
  globalSetup: './src/browser/setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: process.env['CI'] !== undefined,
  // A laptop that does something else besides must not fail the tests: conditions are waited for, and this is how long at most.
  timeout: 180_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: { args: [...FLAGS], ...(executablePath === undefined ? {} : { executablePath }) },
    viewport: { width: 1280, height: 900 },
    trace: 'retain-on-failure',
  },
});
