import { createServer } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createGuardedServer } from '../src/guarded-server.js';
import { getRequest, sendRaw, startTestServer, statusOf } from './test-server.js';

describe('a client that never ends its request', () => {
  it('gets ten seconds for its headers, and thirty for the whole', () => {
    // Node itself ends what takes longer; its own defaults are one minute and five.
    const { headersTimeout, requestTimeout } = createGuardedServer(
      createServer(),
      { host: '127.0.0.1', allowedHosts: [] },
      undefined,
    );
    expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 10_000, requestTimeout: 30_000 });
  });

  it('keeps nobody else waiting, however many there are', async () => {
    const { port, get } = await startTestServer();
    const slow = Array.from({ length: 200 }, () => connect(port, '127.0.0.1'));
    for (const socket of slow) socket.write('GET / HTTP/1.1\r\nX-Slow: ');
    expect((await get('/healthz')).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });
});

it('headers of more than 16 KiB are refused, and the server goes on', async () => {
  const { port, get } = await startTestServer();
  const headers = `Host: 127.0.0.1:${port}\r\nX-Long: ${'x'.repeat(20_000)}\r\n`;
  expect(statusOf(await sendRaw(port, getRequest('/healthz', headers)))).toBe(431);
  expect((await get('/healthz')).status).toBe(200);
});
