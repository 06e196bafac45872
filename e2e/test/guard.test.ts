import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, pageOf, test } from './world.js';

interface Asked {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request whose headers are as given, Host included: `fetch` would not let us lie. */
function ask(port: string, path: string, headers: Record<string, string>, method = 'GET'): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers }, async (response) => {
      let body = '';
      for await (const piece of response.setEncoding('utf8')) body += piece as string;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    asking.on('error', reject).end();
  });
}

/** The first line of the answer to a request for a WebSocket. */
async function upgrade(port: string, headers: Record<string, string>): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1');
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString('latin1').split('\r\n')[0] ?? '';
}

const ROUTES = [
  '/',
  '/healthz',
  '/api/runs',
  '/api/runs/x/steps',
  '/assets/x.js',
  '/socket.io/?EIO=4&transport=polling',
];

test('a foreign Host or Origin is refused on every route and for WebSockets', async ({ start }) => {
  const { port } = new URL(await pageOf(start('serve --port 0')));
  const own = { Host: `127.0.0.1:${port}` };
  const foreign: readonly Record<string, string>[] = [
    { Host: `evil.example:${port}` },
    { Host: '127.0.0.1' },
    { Host: `127.0.0.1.evil.example:${port}` },
    { Host: `127.0.0.1:${Number(port) + 1}` },
    { ...own, Origin: 'http://evil.example' },
    { ...own, Origin: `http://127.0.0.1:${Number(port) + 1}` },
    { ...own, Origin: 'null' },
  ];
  for (const headers of foreign) {
    for (const path of ROUTES) {
      const { status, headers: answered } = await ask(port, path, headers);
      expect({ path, headers, status }).toEqual({ path, headers, status: 403 });
      expect(answered['access-control-allow-origin']).toBeUndefined();
    }
    expect(await upgrade(port, headers)).toBe('HTTP/1.1 403 Forbidden');
  }
  // The right ones pass.
  for (const headers of [own, { Host: `localhost:${port}` }, { ...own, Origin: `http://127.0.0.1:${port}` }]) {
    expect(await ask(port, '/healthz', headers)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await upgrade(port, headers)).toBe('HTTP/1.1 101 Switching Protocols');
  }
});

test('no path leads out of the folder of runs', async ({ start, folder }) => {
  const { port } = new URL(await pageOf(start('serve --port 0 --runs-dir runs')));
  const own = { Host: `127.0.0.1:${port}` };
  const ways = ['..', '%2e%2e', '%252e%252e', '..%2f..%2fetc', '..\\..', '%00', '/etc/passwd', 'x'.repeat(300)];
  for (const way of ways) {
    for (const path of [`/api/runs/${way}`, `/api/runs/${way}/steps`, `/assets/${way}/package.json`]) {
      const { status, body } = await ask(port, path, own);
      expect([path, [400, 404].includes(status ?? 0)]).toEqual([path, true]);
      expect(body).not.toContain(folder);
    }
  }
});

test('a page of another site gets nothing and can do nothing', async ({ start, page, complaints }) => {
  const address = await pageOf(start('serve --port 0'));
  const server = new URL(address).host;
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>another site</title>');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
  const outcomes = await page.evaluate(async (host) => {
    const socket = new WebSocket(`ws://${host}/socket.io/?EIO=4&transport=websocket`);
    const connected = new Promise<string>((resolve) => {
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve('refused');
    });
    const readable = await fetch(`http://${host}/api/runs`).then(
      () => 'read',
      () => 'refused',
    );
    const blind = await fetch(`http://${host}/api/runs`, { method: 'POST', mode: 'no-cors' }).then(({ type }) => type);
    const frame = document.createElement('iframe');
    frame.src = `http://${host}/`;
    const framed = new Promise<string>((resolve) => {
      frame.onload = () => resolve(frame.contentDocument === null ? 'closed' : 'open');
    });
    document.body.append(frame);
    const script = document.createElement('script');
    script.src = `http://${host}/api/runs`;
    const loaded = new Promise<string>((resolve) => {
      script.onload = () => resolve('loaded');
      script.onerror = () => resolve('refused');
    });
    document.body.append(script);
    return { socket: await connected, readable, blind, script: await loaded, frame: await framed };
  }, server);
  expect(outcomes).toEqual({
    socket: 'refused',
    readable: 'refused',
    blind: 'opaque',
    script: 'refused',
    frame: 'closed',
  });
  expect(await page.frames()[1]?.content()).not.toContain('id="app"');
  site.close();
  complaints.splice(0);
});
