import { existsSync, readFileSync } from 'node:fs';
import { argv, cwd, env, exit } from 'node:process';
import { fetchPackage } from '../src/npm-package.js';

/** Starts a download in its working directory, and exits with 7 once npm has written its process id into a file. */
const [, , pidFile = ''] = argv;
setInterval(() => {
  if (existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '') exit(7);
}, 10);
const source = { name: 'small', version: '1.0.0', integrity: 'sha512-x', size: 1 };
await fetchPackage(source, [], cwd(), { environment: env, advice: '', progress: () => undefined });
