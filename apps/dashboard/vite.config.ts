import vue from '@vitejs/plugin-vue';
import { defaultClientConditions, type ProxyOptions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds a running `fdr serve` or `fdr train`. */
const server = process.env['FDR_SERVER'] ?? 'http://127.0.0.1:6060';
// The server refuses foreign origins, so what is passed on bears its own.
const proxy: ProxyOptions = { target: server, changeOrigin: true, ws: true, headers: { origin: server } };

export default defineConfig({
  plugins: [vue()],
  resolve: { conditions: ['@fdr/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@fdr/source'] } },
  build: { target: 'es2022', chunkSizeWarningLimit: 900, assetsInlineLimit: 0 },
  server: { proxy: { '/api': proxy, '/socket.io': proxy } },
  // To catch what hangs, not what is slow on a busy machine.
  test: { include: ['test/**/*.test.ts'], environment: 'happy-dom', testTimeout: 600_000, hookTimeout: 600_000 },
});
