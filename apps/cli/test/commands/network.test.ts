import { execFileSync, spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { FDR, firstWords, jsonLines, outcomeOf, printed, start, temporaryFolder } from './fdr.js';

const asRoot = process.getuid?.() === 0;
const UNSHARE = ['unshare', ...(asRoot ? [] : ['--user', '--map-root-user']), '--net'];
const IPV6_ALONE = ['sh', '-c', 'ip link set lo up && ip -4 address flush dev lo && exec "$@"', 'sh'];

/** Starts `fdr` on a machine of its own network. The test is skipped where a process may not have one. */
function startIn(network: readonly string[], context: TestContext, folder: string, ...words: string[]) {
  const [file, ...args] = [...network, process.execPath];
  if (spawnSync(file, [...args, '--version']).status !== 0) context.skip('a process may not make such a network here');
  const child = spawn(file, [...args, FDR, ...words], { cwd: folder });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** The status of a request from the network of a process. */
function statusWithin(child: ChildProcessWithoutNullStreams, url: URL): number {
  const user = asRoot ? [] : ['--user', '--preserve-credentials'];
  const ask = 'fetch(process.argv[1]).then(({ status }) => console.log(status))';
  const enter = ['--target', String(child.pid), '--net', ...user, process.execPath, '--eval', ask, url.href];
  return Number(execFileSync('nsenter', enter, { encoding: 'utf8' }));
}

describe('on a machine with IPv6 alone', () => {
  const network = [...UNSHARE, ...IPV6_ALONE];

  it('a server on ::1 is reached at the address that it prints', async (context) => {
    for (const host of ['::1', '[::1]']) {
      const child = startIn(
        network,
        context,
        await temporaryFolder(),
        'serve',
        '--port',
        '0',
        '--host',
        host,
        '--json',
      );
      const [line] = jsonLines<{ url: string }>(await firstWords(child));
      const url = new URL(line!.url);
      expect(url.hostname).toBe('[::1]');
      expect(statusWithin(child, new URL('/healthz', url))).toBe(200);
    }
  });

  it('a server on all addresses, in brackets as a URL has them, prints a name that a browser can open', async (context) => {
    const child = startIn(
      network,
      context,
      await temporaryFolder(),
      'serve',
      '--port',
      '0',
      '--host',
      '[::]',
      '--json',
    );
    const [line] = jsonLines<{ url: string }>(await firstWords(child));
    expect(new URL(line!.url).hostname).toBe('localhost');
  });

  it('a server is on ::1 without being asked', async (context) => {
    const child = startIn(network, context, await temporaryFolder(), 'serve', '--port', '0', '--json');
    const [line] = jsonLines<{ url: string }>(await firstWords(child));
    expect(statusWithin(child, new URL('/healthz', line!.url))).toBe(200);
  });

  it('127.0.0.1 is refused in one line that says what to do', async (context) => {
    const words = ['train', '--dataset', 'synthetic', '--host', '127.0.0.1'];
    const child = startIn(network, context, await temporaryFolder(), ...words);
    expect(await outcomeOf(child)).toEqual({
      code: 2,
      out: '',
      errors: expect.stringMatching(
        /^fdr: can't listen on 127\.0\.0\.1, .*\(EADDRNOTAVAIL\); choose .* --host, such as ::1 .*\n$/,
      ),
    });
  });
});

describe('on a machine whose loopback interface is down', () => {
  it('a training takes its course, and one line says that nobody can see it', async (context) => {
    const words = 'train --dataset synthetic --epochs 1 --batch-size 500 --threads 1 --port 0'.split(' ');
    const { code, out, errors } = await outcomeOf(startIn(UNSHARE, context, await temporaryFolder(), ...words));
    expect({ code, errors }).toEqual({
      code: 0,
      errors: expect.stringMatching(/^fdr: this machine can't connect to that address \(E[A-Z]+\): .*\n$/),
    });
    expect(out).toContain('finished: all epochs are done');
  });

  it('a server says the same', async (context) => {
    const child = startIn(UNSHARE, context, await temporaryFolder(), 'serve', '--port', '0');
    const said = outcomeOf(child);
    await printed(child, 'dashboard: ');
    child.kill('SIGINT');
    expect((await said).errors).toMatch(/this machine can't connect to that address/);
  });
});

it('a server that other machines can reach says so, at an address with a token', async () => {
  const child = start(await temporaryFolder(), 'serve', '--port', '0', '--host', '0.0.0.0');
  const said = outcomeOf(child);
  await printed(child, 'dashboard: ');
  child.kill('SIGINT');
  const { out, errors } = await said;
  expect(out).toMatch(/^dashboard: http:\/\/localhost:\d+\/#token=[\w-]{32}\n$/);
  expect(errors).toContain('fdr: on 0.0.0.0, anyone with this address and its token can see these runs');
});
