// `npm start`: builds what has changed, then trains with what follows `--`.
import { build } from './build.mjs';

if (build()) {
  process.argv.splice(2, 0, 'train');
  await import('./apps/cli/dist/main.js');
} else process.exitCode = 1;
