import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '../src/port.js';
import { ServerError } from '../src/server-error.js';
import { startTestServer } from './test-server.js';

function httpServer() {
  const server = createServer();
  onTestFinished(() => {
    server.close();
  });
  return server;
}

const usedPort = (): Promise<number> => listen(httpServer(), '127.0.0.1', 0);

describe('the port', () => {
  it('that is requested but in use is refused with a message that names it', async () => {
    const port = await usedPort();
    const starting = startTestServer({ port });
    await expect(starting).rejects.toThrow(ServerError);
    await expect(starting).rejects.toThrow(`port ${port} is in use on 127.0.0.1`);
  });

  it('by default is the next free one', async () => {
    const first = await usedPort();
    const port = await listen(httpServer(), '127.0.0.1', undefined, first);
    expect(port).toBeGreaterThan(first);
    expect(port).toBeLessThan(first + 50);
  });

  it('is refused on an address that this machine does not have', async () => {
    await expect(listen(httpServer(), '192.0.2.1', 0)).rejects.toThrow(
      /can't listen on 192\.0\.2\.1, port 0: .*EADDRNOTAVAIL/,
    );
  });

  it('is free again after the server was closed with a client still connected', async () => {
    const server = await startTestServer();
    const response = await server.get('/healthz');
    expect(response.status).toBe(200);
    await server.close();
    expect(await listen(httpServer(), '127.0.0.1', server.port)).toBe(server.port);
  });
});
