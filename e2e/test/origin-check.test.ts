import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Page } from '@playwright/test';
import { dashboardUrl, expect, SHORT_TRAINING, test } from './fixtures.js';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with exactly these headers and this path: `fetch` would set its own Host and resolve `..`. */
async function get(port: string, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const asked = request({ host: '127.0.0.1', port, path, headers }).end();
  return new Promise((resolve, reject) => {
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
  });
}

/** The status line of the answer to a request for a WebSocket. */
async function upgrade(port: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1');
  const lines = [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer).split('\r\n')[0];
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
  const { port } = new URL(await dashboardUrl(start('serve --port 0')));
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
      const { status, headers: answered } = await get(port, path, headers);
      expect({ path, headers, status }).toEqual({ path, headers, status: 403 });
      expect(answered['access-control-allow-origin']).toBeUndefined();
    }
    expect(await upgrade(port, headers)).toBe('HTTP/1.1 403 Forbidden');
  }
  for (const headers of [own, { Host: `localhost:${port}` }, { ...own, Origin: `http://127.0.0.1:${port}` }]) {
    expect(await get(port, '/healthz', headers)).toMatchObject({ status: 200, body: '{"status":"ok"}' });
    expect(await upgrade(port, headers)).toBe('HTTP/1.1 101 Switching Protocols');
  }
});

test('no request path reaches a file outside the directory of runs or the built page', async ({
  start,
  run,
  folder,
}) => {
  // A run that the server could read if a path led out of its directory, and one that it must serve.
  expect(await run(`${SHORT_TRAINING} --runs-dir outside`)).toMatchObject({ exitCode: 0 });
  expect(await run(`${SHORT_TRAINING} --runs-dir runs`)).toMatchObject({ exitCode: 0 });
  const [outside = ''] = readdirSync(join(folder, 'outside'));
  const [inside = ''] = readdirSync(join(folder, 'runs'));
  const { port } = new URL(await dashboardUrl(start('serve --port 0 --runs-dir runs')));
  const own = { Host: `127.0.0.1:${port}` };
  for (const path of [`/api/runs/${inside}`, `/api/runs/${inside}/steps`, '/index.html'])
    expect(await get(port, path, own)).toMatchObject({ status: 200 });

  const ups = ['..', '%2e%2e', '%252e%252e', '..%2f..%2fetc', '..\\..', '%00', '/etc/passwd', 'x'.repeat(300)];
  const toRun = ['../outside/', '..%2foutside%2f', '..%5coutside%5c', '%2e%2e%2foutside%2f'].map((up) => up + outside);
  // The page's package.json lies two folders above its assets.
  const paths = ['/assets/..%2f..%2fpackage.json'];
  for (const up of ups) paths.push(`/assets/${up}/package.json`, `/assets/${up}/${up}/package.json`);
  for (const up of ups.concat(toRun)) paths.push(`/api/runs/${up}`, `/api/runs/${up}/steps`);
  for (const path of paths) {
    const { status, body } = await get(port, path, own);
    expect([path, [400, 404].includes(status ?? 0)]).toEqual([path, true]);
    expect(body).not.toContain(folder);
  }
  // Every path outside the assets may be one of the page's own, so its answer is the page.
  expect((await get(port, '/..%2fpackage.json', own)).body).toContain('id="app"');
});

/** Serves an empty page of another origin. */
async function startOtherSite(): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>another site</title>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the other site has no port');
  return { server, url: `http://localhost:${address.port}/` };
}

/** Tries from the page to reach a server by all means that a browser gives to scripts, and returns what came of each. */
function tryToReach(page: Page, host: string): Promise<Record<string, string>> {
  return page.evaluate(async (host) => {
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
  }, host);
}

test('a page of another site can not read, frame, load or connect to the server', async ({
  start,
  page,
  pageErrors,
}) => {
  const { host } = new URL(await dashboardUrl(start('serve --port 0')));
  const site = await startOtherSite();
  await page.goto(site.url);
  expect(await tryToReach(page, host)).toEqual({
    socket: 'refused',
    readable: 'refused',
    blind: 'opaque',
    script: 'refused',
    frame: 'closed',
  });
  expect(page.frames()).toHaveLength(2);
  expect(await page.frames()[1]?.content()).not.toContain('id="app"');
  site.server.close();
  // The browser reports each refusal.
  pageErrors.splice(0);
});
