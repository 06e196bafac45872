import { defineConfig } from 'vitest/config';

// The one configuration of all workspaces' unit tests.
export default defineConfig({
  ssr: { resolve: { conditions: ['@fdr/source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    // To catch what hangs, not what is slow on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary'],
    },
  },
});
