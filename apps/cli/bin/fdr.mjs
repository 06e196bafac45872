#!/usr/bin/env node
// The command `fdr`. A checkout that was never built (`npx fdr` right after `npm ci`) is built first, once.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
const { build } = existsSync(main) ? { build: () => true } : await import('../../../build.mjs');
if (build()) await import(main.href);
else process.exitCode = 1;
