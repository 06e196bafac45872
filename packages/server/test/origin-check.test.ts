import { describe, expect, it } from 'vitest';
import { connectClient, nextEvent } from './client.js';
import { getRequest, sendRaw, startTestServer, statusOf, upgradeStatus } from './test-server.js';

/** Values of the Host header for a given port, and whether the server accepts them. */
const HOSTS: readonly [string, (port: number) => string, boolean][] = [
  ['127.0.0.1', (port) => `127.0.0.1:${port}`, true],
  ['localhost', (port) => `localhost:${port}`, true],
  ['LOCALHOST', (port) => `LOCALHOST:${port}`, true],
  ['localhost with a final dot', (port) => `localhost.:${port}`, true],
  ['[::1]', (port) => `[::1]:${port}`, true],
  ['a rebound name', (port) => `evil.example:${port}`, false],
  ['a rebound name that begins with 127.0.0.1', (port) => `127.0.0.1.evil.example:${port}`, false],
  ['a rebound name that ends with localhost', (port) => `evil-localhost:${port}`, false],
  ['no port', () => 'localhost', false],
  ['another port', (port) => `localhost:${port === 65535 ? 1 : port + 1}`, false],
  ['the port with one more digit', (port) => `localhost:${port}0`, false],
  ['localhost as a user name', (port) => `localhost:${port}@evil.example`, false],
  ['an address of the internet', (port) => `93.184.216.34:${port}`, false],
  ['an empty value', () => '', false],
  ['localhost with two final dots', (port) => `localhost..:${port}`, false],
  ['0.0.0.0', (port) => `0.0.0.0:${port}`, false],
];

/** Values of the Origin header for a given port, and whether the server accepts them. */
const ORIGINS: readonly [string, (port: number) => string, boolean][] = [
  ['http://127.0.0.1', (port) => `http://127.0.0.1:${port}`, true],
  ['http://localhost', (port) => `http://localhost:${port}`, true],
  ['another port of this machine', () => 'http://localhost:3000', false],
  ['another site', () => 'https://evil.example', false],
  ['https://localhost', (port) => `https://localhost:${port}`, false],
  ['null', () => 'null', false],
  ['an origin with a path', (port) => `http://localhost:${port}/`, false],
  ['a name that begins with localhost', (port) => `http://localhost:${port}.evil.example`, false],
  ['an empty value', () => '', false],
];

const PATHS = [
  '/',
  '/healthz',
  '/api/runs',
  '/api/runs/x/steps',
  '/assets/x.js',
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=polling&sid=x',
];

describe('the origin check', () => {
  it.each(HOSTS)('accepts as Host the names of this server alone: %s', async (_, host, isAccepted) => {
    const { port } = await startTestServer();
    for (const path of PATHS) {
      const status = statusOf(await sendRaw(port, getRequest(path, `Host: ${host(port)}\r\n`)));
      expect([path, status === 403]).toEqual([path, !isAccepted]);
    }
    expect(await upgradeStatus(port, `Host: ${host(port)}\r\n`)).toBe(isAccepted ? 101 : 403);
  });

  it.each(ORIGINS)('accepts as Origin the pages of this server alone: %s', async (_, origin, isAccepted) => {
    const { port } = await startTestServer();
    const headers = `Host: 127.0.0.1:${port}\r\nOrigin: ${origin(port)}\r\n`;
    for (const path of PATHS) {
      const status = statusOf(await sendRaw(port, getRequest(path, headers)));
      expect([path, status === 403]).toEqual([path, !isAccepted]);
    }
    expect(await upgradeStatus(port, headers)).toBe(isAccepted ? 101 : 403);
  });

  it('rejects a request without Host, and one with two', async () => {
    const { port } = await startTestServer();
    const own = `Host: 127.0.0.1:${port}\r\n`;
    for (const headers of ['', `${own}Host: evil.example\r\n`, `Host: evil.example\r\n${own}`, own + own]) {
      for (const path of PATHS) expect(statusOf(await sendRaw(port, getRequest(path, headers)))).toBe(403);
      expect(await upgradeStatus(port, headers)).toBe(403);
    }
    expect(statusOf(await sendRaw(port, 'GET /api/runs HTTP/1.0\r\n\r\n'))).toBe(403);
  });

  it('tells in its rejection which URL to open', async () => {
    const { port } = await startTestServer();
    const answer = await sendRaw(port, getRequest('/', 'Host: evil.example\r\n'));
    expect(answer).toContain(`Host "evil.example" is not this server: open http://127.0.0.1:${port}`);
  });

  it('rejects what a page of another site loads without an Origin, and accepts following a link', async () => {
    const { port } = await startTestServer();
    const load = async (site: string, mode: string, dest: string) => {
      const headers = `Host: 127.0.0.1:${port}\r\nSec-Fetch-Site: ${site}\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${dest}\r\n`;
      return statusOf(await sendRaw(port, getRequest('/api/runs', headers)));
    };
    expect(await load('cross-site', 'no-cors', 'script')).toBe(403);
    expect(await load('same-site', 'no-cors', 'image')).toBe(403);
    expect(await load('cross-site', 'navigate', 'iframe')).toBe(403);
    expect(await load('cross-site', 'navigate', 'document')).toBe(200);
    expect(await load('same-origin', 'cors', 'empty')).toBe(200);
    expect(await load('none', 'navigate', 'document')).toBe(200);
  });

  it('rejects requests of another site by any method, and sends no CORS headers', async () => {
    const { port } = await startTestServer();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const request = `${method} /api/runs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      const answer = await sendRaw(port, request);
      expect(statusOf(answer)).toBe(403);
      expect(answer.toLowerCase()).not.toContain('access-control-allow');
    }
  });

  it.each(['polling', 'websocket'])('rejects a socket.io client of another site over %s', async (transport) => {
    const { port } = await startTestServer();
    const socket = connectClient(port, { transports: [transport], extraHeaders: { origin: 'http://evil.example' } });
    await nextEvent(socket, 'connect_error');
    expect(socket.connected).toBe(false);
  });
});

/** Hosts and origins at the proxies lab.example.org and [2001:db8::1]:8443, and whether they are accepted. */
const PROXY_HOSTS: readonly [string, boolean][] = [
  ['lab.example.org', true],
  ['LAB.example.org.', true],
  ['lab.example.org:443', true],
  ['lab.example.org:80', true],
  ['lab.example.org:8443', false],
  ['[2001:db8::1]:8443', true],
  ['[2001:db8::1]', false],
  ['xlab.example.org', false],
  ['lab.example.org.evil.example', false],
  ['example.org', false],
];
const PROXY_ORIGINS: readonly [string, boolean][] = [
  ['https://lab.example.org', true],
  ['http://lab.example.org', true],
  ['https://lab.example.org:8443', false],
  ['https://lab.example.org:80', false],
  ['https://[2001:db8::1]:8443', true],
  ['https://[2001:db8::1]', false],
  ['https://evil.example', false],
  ['https://lab.example.org.evil.example', false],
  ['ftp://lab.example.org', false],
  ['null', false],
];

describe('allowed hosts', () => {
  const token = 'a-token-of-22-characters';
  const authorization = `Authorization: Bearer ${token}\r\n`;
  const startBehindProxy = () => startTestServer({ token, allowedHosts: ['Lab.Example.org', '[2001:db8::1]:8443'] });

  it.each(PROXY_HOSTS)('are accepted as Host, and no others: %s', async (host, isAccepted) => {
    const { port } = await startBehindProxy();
    const headers = `Host: ${host}\r\n${authorization}`;
    for (const path of PATHS) {
      const status = statusOf(await sendRaw(port, getRequest(path, headers)));
      expect([path, status === 403]).toEqual([path, !isAccepted]);
    }
    expect(await upgradeStatus(port, headers)).toBe(isAccepted ? 101 : 403);
  });

  it.each(PROXY_ORIGINS)('are accepted as Origin, over https too, and no others: %s', async (origin, isAccepted) => {
    const { port } = await startBehindProxy();
    // A proxy may pass its own name on as Host, or replace it with the server's.
    for (const host of ['lab.example.org', `127.0.0.1:${port}`]) {
      const headers = `Host: ${host}\r\nOrigin: ${origin}\r\n${authorization}`;
      for (const path of PATHS) {
        const status = statusOf(await sendRaw(port, getRequest(path, headers)));
        expect([path, status === 403]).toEqual([path, !isAccepted]);
      }
      expect(await upgradeStatus(port, headers)).toBe(isAccepted ? 101 : 403);
    }
  });

  it('get a cookie that a browser keeps for https and this host alone', async () => {
    const { port } = await startBehindProxy();
    const logIn = (origin: string) =>
      sendRaw(
        port,
        `POST /session HTTP/1.1\r\nHost: lab.example.org\r\nOrigin: ${origin}\r\nContent-Type: text/plain\r\nContent-Length: ${token.length}\r\nConnection: close\r\n\r\n${token}`,
      );
    const cookie = /Set-Cookie: (.*)\r\n/i.exec(await logIn('https://lab.example.org'))?.[1];
    expect(cookie).toMatch(new RegExp(`^__Host-fdr_${port}=[\\w-]{43}; Path=/; HttpOnly; Secure; SameSite=Strict$`));
    const headers = `Host: lab.example.org\r\nCookie: ${cookie?.replace(/;.*/, '')}\r\n`;
    expect(statusOf(await sendRaw(port, getRequest('/api/runs', headers)))).toBe(200);
    expect(await logIn('http://lab.example.org')).toMatch(new RegExp(`Set-Cookie: fdr_${port}=`, 'i'));
  });

  it.each([
    '',
    '*',
    '*.example.org',
    'https://lab.example.org',
    'lab.example.org/path',
    'a b',
    'user@host',
    'host:0',
    'host:65536',
    'host:',
  ])('must be a name or a name and a port, not %j', async (host) => {
    await expect(startTestServer({ allowedHosts: [host] })).rejects.toThrow(/an allowed host must be a name/);
  });
});
