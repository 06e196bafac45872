import { chromium, defineConfig } from '@playwright/test';
import { LAUNCH_FLAGS } from './src/browser/probe-browser.js';

export default defineConfig({
  testDir: 'test',
  testMatch: '**/*.test.ts',
  // Finds or installs the browser and leaves its path in CHROMIUM_PATH, for the workers to read below.
  globalSetup: './src/browser/global-setup.ts',
  fullyParallel: true,
  workers: 4,
  forbidOnly: process.env['CI'] !== undefined,
  // Tests wait for conditions. These limits catch what hangs, not what is slow on a busy machine.
  timeout: 600_000,
  expect: { timeout: 240_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: {
      args: [...LAUNCH_FLAGS],
      executablePath: process.env['CHROMIUM_PATH'] ?? chromium.executablePath(),
    },
    viewport: { width: 1280, height: 900 },
    trace: 'retain-on-failure',
  },
});
