import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServerError } from '../src/server-error.js';
import { listen } from '../src/port.js';
import { running } from './running.js';

function httpServer() {
  const server = createServer();
  onTestFinished(() => void server.close());
  return server;
}

async function takenPort(): Promise<number> {
  const server = httpServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('the port', () => {
  it('asked for and taken is refused, saying so', async () => {
    const port = await takenPort();
    const refused = running({ port });
    await expect(refused).rejects.toThrow(ServerError);
    await expect(refused).rejects.toThrow(`port ${port} is in use on 127.0.0.1`);
  });

  it('by default moves to the next free one', async () => {
    const first = await takenPort();
    const port = await listen(httpServer(), '127.0.0.1', undefined, first);
    expect(port).toBeGreaterThan(first);
    expect(port).toBeLessThan(first + 50);
  });

  it('on an address that this machine does not have is refused', async () => {
    await expect(listen(httpServer(), '192.0.2.1', 0)).rejects.toThrow(
      /can't listen on 192\.0\.2\.1, port 0: .*EADDRNOTAVAIL/,
    );
  });

  it('is free again after closing, and may be closed with clients there', async () => {
    const server = await running();
    const response = await fetch(`${server.url}healthz`);
    expect(response.status).toBe(200);
    await server.close();
    expect(await listen(httpServer(), '127.0.0.1', server.port)).toBe(server.port);
  });
});
