import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { connectClient, nextEvent } from './client.js';
import { getRequest, sendRaw, startTestServer, statusOf, upgradeStatus } from './test-server.js';

/** An address of this machine that other machines can reach. */
const externalAddress = Object.values(networkInterfaces())
  .flat()
  .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;

async function startTokenServer() {
  const server = await startTestServer({ host: '0.0.0.0' });
  const token = new URL(server.url).hash.slice('#token='.length);
  const logIn = (body: string) => server.get('/session', { method: 'POST', body });
  const statusWith = async (headers: Record<string, string>) => (await server.get('/api/runs', { headers })).status;
  return { ...server, token, logIn, statusWith };
}

describe('a server that other machines can reach', () => {
  it('requires a random token on every route', async () => {
    const { port, token, get } = await startTokenServer();
    expect(token).toMatch(/^[\w-]{32}$/);
    for (const path of [
      '/api/runs',
      '/api/nothing',
      '/socket.io/?EIO=4&transport=polling',
      '/healthz',
      '/assets/a.js',
    ]) {
      expect([path, (await get(path)).status]).toEqual([path, 401]);
    }
    expect(await upgradeStatus(port, `Host: 127.0.0.1:${port}\r\n`)).toBe(401);
    // In the query of a URL the token is not accepted, because URLs are logged.
    expect((await get(`/api/runs?token=${token}`)).status).toBe(401);
  });

  it('shows a login page in place of every page', async () => {
    const { get } = await startTokenServer();
    const page = await get('/runs/x', { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('requires its token')]);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await get('/login.js')).status).toBe(200);
  });

  it('exchanges the token, and nothing else, for a cookie that scripts cannot read', async () => {
    const { port, token, logIn } = await startTokenServer();
    for (const wrong of ['', 'wrong', token.slice(1), `${token} `, 'x'.repeat(2000)]) {
      const answer = await logIn(wrong);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const cookie = (await logIn(token)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(new RegExp(`^fdr_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`));
    expect(cookie).not.toContain(token);
  });

  it('accepts the cookie and the bearer token, and rejects wrong ones', async () => {
    const { port, token, logIn, statusWith } = await startTokenServer();
    const cookie = ((await logIn(token)).headers.get('set-cookie') ?? '').replace(/;.*/, '');
    expect(await statusWith({ cookie })).toBe(200);
    expect(await statusWith({ cookie: `${cookie}x` })).toBe(401);
    expect(await statusWith({ authorization: `Bearer ${token}` })).toBe(200);
    expect(await statusWith({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await upgradeStatus(port, `Host: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n`)).toBe(101);
    expect(await upgradeStatus(port, `Host: 127.0.0.1:${port}\r\nCookie: ${cookie}x\r\n`)).toBe(401);
  });

  it('is not shadowed by cookies of the same name that another server of the host has set', async () => {
    const { port, token, logIn, statusWith } = await startTokenServer();
    const cookie = ((await logIn(token)).headers.get('set-cookie') ?? '').replace(/;.*/, '');
    const name = `fdr_${port}`;
    for (const [header, status] of [
      [`${name}=junk; ${cookie}`, 200],
      [`${cookie}; ${name}=junk`, 200],
      [`${name}=; ${name}; other=${cookie}; ${cookie}`, 200],
      [`${name}=junk; ${name}=more`, 401],
      [`other=${cookie}`, 401],
      [`${name}x${cookie.slice(name.length)}`, 401],
    ] as const)
      expect([header, await statusWith({ cookie: header })]).toEqual([header, status]);
    const shadowed = `Host: 127.0.0.1:${port}\r\nCookie: ${name}=junk; ${cookie}\r\n`;
    expect(await upgradeStatus(port, shadowed)).toBe(101);
  });

  it.each(['polling', 'websocket'])('rejects a socket.io client without the token over %s', async (transport) => {
    const { port } = await startTokenServer();
    const socket = connectClient(port, { transports: [transport] });
    await nextEvent(socket, 'connect_error');
    expect(socket.connected).toBe(false);
  });

  it.runIf(externalAddress !== undefined)(
    'accepts as Host the address at which it was reached, and no foreign name',
    async () => {
      const { port, token } = await startTokenServer();
      const authorization = `Bearer ${token}`;
      const answer = await fetch(`http://${externalAddress}:${port}/api/runs`, { headers: { authorization } });
      expect(answer.status).toBe(200);
      const headers = `Host: evil.example:${port}\r\nAuthorization: ${authorization}\r\n`;
      expect(statusOf(await sendRaw(port, getRequest('/api/runs', headers)))).toBe(403);
    },
  );
});

it.runIf(externalAddress !== undefined)(
  'a server is reached by this machine alone, unless a host is named',
  async () => {
    const { port, get } = await startTestServer();
    expect((await get('/healthz')).status).toBe(200);
    await expect(fetch(`http://${externalAddress}:${port}/healthz`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    });
  },
);

describe('the token', () => {
  it('is not required by a server that only this machine can reach', async () => {
    const { url, port, get } = await startTestServer();
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    expect((await get('/api/runs')).status).toBe(200);
  });

  it('is required on a loopback address too, if one is given', async () => {
    const token = 'a-token-of-22-characters';
    const { url, port, get } = await startTestServer({ token });
    expect(url).toBe(`http://127.0.0.1:${port}/#token=${token}`);
    expect((await get('/api/runs')).status).toBe(401);
    expect((await get('/api/runs', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('is made up where it is asked for on a loopback address', async () => {
    const { url, get } = await startTestServer({ requireToken: true });
    const token = new URL(url).hash.slice('#token='.length);
    expect(token).toMatch(/^[\w-]{32}$/);
    expect((await get('/api/runs')).status).toBe(401);
    expect((await get('/api/runs', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('is required where a proxy makes a loopback address reachable', async () => {
    const { url, get } = await startTestServer({ allowedHosts: ['lab.example.org'] });
    expect(url).toContain('#token=');
    expect((await get('/api/runs')).status).toBe(401);
  });

  it('is written into the address so that a browser reads it back', async () => {
    const token = 'with+signs/of=base64%&#!';
    const { url } = await startTestServer({ token });
    expect(new URLSearchParams(new URL(url).hash.slice(1)).get('token')).toBe(token);
  });

  it('is refused at the start if it could be guessed, or not be sent', async () => {
    for (const [token, fault] of [
      ['short', 'the token must have 22 to 512 characters, not 5'],
      ['x'.repeat(513), 'the token must have 22 to 512 characters, not 513'],
      ['a token of words and spaces', 'the token must be of letters, digits and signs of ASCII, without spaces'],
    ] as const)
      await expect(startTestServer({ token })).rejects.toThrow(fault);
  });
});
