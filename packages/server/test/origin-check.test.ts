import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { client, raw, running } from './running.js';

/** What may stand in Host, after the port that really listens. */
const HOSTS: readonly [string, (port: number) => string, boolean][] = [
  ['127.0.0.1', (port) => `127.0.0.1:${port}`, true],
  ['localhost', (port) => `localhost:${port}`, true],
  ['LOCALHOST', (port) => `LOCALHOST:${port}`, true],
  ['localhost with a dot', (port) => `localhost.:${port}`, true],
  ['[::1]', (port) => `[::1]:${port}`, true],
  ['a rebound name', (port) => `evil.example:${port}`, false],
  ['a rebound name that begins well', (port) => `127.0.0.1.evil.example:${port}`, false],
  ['a rebound name that ends well', (port) => `evil-localhost:${port}`, false],
  ['no port', () => 'localhost', false],
  ['another port', (port) => `localhost:${port === 65535 ? 1 : port + 1}`, false],
  ['the port with a digit more', (port) => `localhost:${port}0`, false],
  ['a user before it', (port) => `localhost:${port}@evil.example`, false],
  ['an address out of the net', (port) => `93.184.216.34:${port}`, false],
  ['nothing', () => '', false],
  ['two dots', (port) => `localhost..:${port}`, false],
  ['any address', (port) => `0.0.0.0:${port}`, false],
];

const ORIGINS: readonly [string, (port: number) => string, boolean][] = [
  ['its own', (port) => `http://127.0.0.1:${port}`, true],
  ['its other name', (port) => `http://localhost:${port}`, true],
  ['another port of this machine', () => 'http://localhost:3000', false],
  ['another site', () => 'https://evil.example', false],
  ['its name over https', (port) => `https://localhost:${port}`, false],
  ['null', () => 'null', false],
  ['a name with a path', (port) => `http://localhost:${port}/`, false],
  ['a name that begins well', (port) => `http://localhost:${port}.evil.example`, false],
  ['nothing', () => '', false],
];

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const get = (path: string, headers: string) => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
const PATHS = [
  '/',
  '/healthz',
  '/api/runs',
  '/api/runs/x/steps',
  '/assets/x.js',
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=polling&sid=x',
];

/** The status of an upgrade's answer; the connection is closed by whoever must. */
async function upgradeStatus(port: number, headers: string): Promise<number> {
  const { connect } = await import('node:net');
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${headers}${UPGRADE}\r\n`),
    );
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString())?.[1]));
    });
    socket.on('error', reject);
  });
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe('the guard', () => {
  it.each(HOSTS)('takes Host for what it is: %s', async (_, host, passes) => {
    const { port } = await running();
    for (const path of PATHS) {
      const status = statusOf(await raw(port, get(path, `Host: ${host(port)}\r\n`)));
      expect([path, status === 403]).toEqual([path, !passes]);
    }
    expect(await upgradeStatus(port, `Host: ${host(port)}\r\n`)).toBe(passes ? 101 : 403);
  });

  it.each(ORIGINS)('takes Origin for what it is: %s', async (_, origin, passes) => {
    const { port } = await running();
    const headers = `Host: 127.0.0.1:${port}\r\nOrigin: ${origin(port)}\r\n`;
    for (const path of PATHS) {
      const status = statusOf(await raw(port, get(path, headers)));
      expect([path, status === 403]).toEqual([path, !passes]);
    }
    expect(await upgradeStatus(port, headers)).toBe(passes ? 101 : 403);
  });

  it('refuses no Host, and two', async () => {
    const { port } = await running();
    const ours = `Host: 127.0.0.1:${port}\r\n`;
    for (const headers of ['', `${ours}Host: evil.example\r\n`, `Host: evil.example\r\n${ours}`, ours + ours]) {
      for (const path of PATHS) expect(statusOf(await raw(port, get(path, headers)))).toBe(403);
      expect(await upgradeStatus(port, headers)).toBe(403);
    }
    expect(statusOf(await raw(port, 'GET /api/runs HTTP/1.0\r\n\r\n'))).toBe(403);
  });

  it('says what to do', async () => {
    const { port } = await running();
    const answer = await raw(port, get('/', 'Host: evil.example\r\n'));
    expect(answer).toContain(`Host "evil.example" is not this server: open http://127.0.0.1:${port}`);
  });

  it('refuses what a page of another site fetches without an Origin, and lets a link lead here', async () => {
    const { port } = await running();
    const ask = async (site: string, mode: string, dest: string) => {
      const headers = `Host: 127.0.0.1:${port}\r\nSec-Fetch-Site: ${site}\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${dest}\r\n`;
      return statusOf(await raw(port, get('/api/runs', headers)));
    };
    expect(await ask('cross-site', 'no-cors', 'script')).toBe(403);
    expect(await ask('same-site', 'no-cors', 'image')).toBe(403);
    expect(await ask('cross-site', 'navigate', 'iframe')).toBe(403);
    expect(await ask('cross-site', 'navigate', 'document')).toBe(200);
    expect(await ask('same-origin', 'cors', 'empty')).toBe(200);
    expect(await ask('none', 'navigate', 'document')).toBe(200);
  });

  it('refuses requests that would change something, from elsewhere', async () => {
    const { port } = await running();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const request = `${method} /api/runs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      const answer = await raw(port, request);
      expect(statusOf(answer)).toBe(403);
      expect(answer.toLowerCase()).not.toContain('access-control-allow');
    }
  });

  it.each(['polling', 'websocket'])('refuses a socket.io client of another site over %s', async (transport) => {
    const { port } = await running();
    const socket = client(port, { transports: [transport], extraHeaders: { origin: 'http://evil.example' } });
    await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(socket.connected).toBe(false);
  });
});

describe('a server for other machines', () => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;

  it('asks for the token everywhere, and gives a cookie for it', async () => {
    const { port, url } = await running({ host: '0.0.0.0' });
    const token = new URL(url).hash.slice('#token='.length);
    expect(token).toMatch(/^[\w-]{32}$/);
    const origin = `http://127.0.0.1:${port}`;
    for (const path of [
      '/api/runs',
      '/api/nothing',
      '/socket.io/?EIO=4&transport=polling',
      '/healthz',
      '/assets/a.js',
    ]) {
      expect((await fetch(origin + path)).status).toBe(401);
    }
    expect(await upgradeStatus(port, `Host: 127.0.0.1:${port}\r\n`)).toBe(401);
    const page = await fetch(`${origin}/runs/x`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('asks for its token')]);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await fetch(`${origin}/entrance.js`)).status).toBe(200);

    const exchange = (body: string) => fetch(`${origin}/session`, { method: 'POST', body });
    for (const wrong of ['', 'wrong', token.slice(1), `${token} `, 'x'.repeat(2000)]) {
      const answer = await exchange(wrong);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const given = (await exchange(token)).headers.get('set-cookie') ?? '';
    expect(given).toMatch(new RegExp(`^fdr_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(given).not.toContain(token);
    const cookie = given.split(';')[0] as string;
    expect((await fetch(`${origin}/api/runs`, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(`${origin}/api/runs`, { headers: { cookie: `${cookie}x` } })).status).toBe(401);
    expect((await fetch(`${origin}/api/runs`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect((await fetch(`${origin}/api/runs`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect(await upgradeStatus(port, `Host: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n`)).toBe(101);
    // The token in the address, where it would be logged, is none.
    expect((await fetch(`${origin}/api/runs?token=${token}`)).status).toBe(401);
  });

  it.runIf(address !== undefined)('answers to the address it was reached at, and to no foreign name', async () => {
    const { port, url } = await running({ host: '0.0.0.0' });
    const authorization = `Bearer ${new URL(url).hash.slice('#token='.length)}`;
    expect((await fetch(`http://${address}:${port}/api/runs`, { headers: { authorization } })).status).toBe(200);
    const headers = `Host: evil.example:${port}\r\nAuthorization: ${authorization}\r\n`;
    expect(statusOf(await raw(port, get('/api/runs', headers)))).toBe(403);
  });

  it('refuses a token that could be guessed', async () => {
    await expect(running({ token: 'short' })).rejects.toThrow('the token must have at least 22 characters, not 5');
  });
});
