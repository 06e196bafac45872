// Builds what has changed, for `npm start` and for the first `npx fdr` of a checkout. Only a failure is worth more than a line.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @returns {boolean} whether everything is built; what went wrong has been printed */
export function build() {
  process.stderr.write('fdr: building what has changed ...\n');
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build', '--silent', '--', '--output-logs=errors-only'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status === 0) return true;
  process.stderr.write(
    `${stdout}${stderr}fdr: the build failed; the lines above say why. Run it again with: npm run build\n`,
  );
  return false;
}
