#!/usr/bin/env node
// The command `fdr`. A checkout that was never built (`npx fdr` right after `npm ci`) is built first, once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('fdr: building, once ...\n');
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const build = spawnSync('npm', ['run', 'build', '--silent', '--', '--output-logs=errors-only'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (build.status !== 0) {
    process.stderr.write('fdr: the build failed; the lines above say why. Run it again with: npm run build\n');
    process.exit(1);
  }
}
await import(main.href);
