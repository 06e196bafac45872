import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeStepBuckets } from '@fdr/records';
import { holdsFor } from '@fdr/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectClient, START, type Client } from './client.js';
import { recordRun, sendRaw, startTestServer } from './test-server.js';

const ignore = (): void => undefined;

/** A server with one run, a client beside that behaves well, and what is to hold after each input. */
async function serverWithClient() {
  const server = await startTestServer();
  await recordRun(server.runsDirectory, 'here', 1);
  const client = connectClient(server.port);
  let checks = 0;
  const stillServes = async (): Promise<void> => {
    // A client may send sixty messages at once.
    if (checks++ % 10 === 0) expect(await client.emitWithAck('unsubscribe')).toEqual({ ok: true });
    const { records } = (await (await server.get('/api/runs/here/epochs')).json()) as { records: unknown[] };
    expect(records).toHaveLength(1);
    expect(server.errors).toEqual([]);
  };
  return { ...server, stillServes };
}

const text = fc.string({ unit: 'binary', maxLength: 30 });
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    NaN,
    undefined,
    { runId: 'here', from: START },
    { type: 'stop', commandId: '1', runId: 'here' },
  ),
  fc.record(
    { runId: fc.oneof(fc.constantFrom('here', '../here', '__proto__'), text), from: fc.jsonValue(), type: text },
    { requiredKeys: [] },
  ),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 1, max: 500 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown),
);
const event = fc.oneof(
  fc.constantFrom('subscribe', 'unsubscribe', 'command', 'run', '__proto__', 'constructor', ''),
  text,
);

describe('the live server', () => {
  it('survives whatever a client emits, and serves another client', async () => {
    const { port, stillServes } = await serverWithClient();
    const message = fc.record({ event, values: fc.array(value, { maxLength: 4 }), asks: fc.boolean() });
    await holdsFor(fc.array(message, { minLength: 1, maxLength: 12 }), 40, async (messages) => {
      const socket = connectClient(port);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      const { emit } = socket as unknown as { emit: (...packet: unknown[]) => void };
      for (const { event: name, values, asks } of messages) {
        // The library keeps these names for itself.
        if (['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'].includes(name))
          continue;
        emit.call(socket, name, ...values, ...(asks ? [ignore] : []));
      }
      await handled(socket);
      await stillServes();
    });
  });

  it('survives whatever packets a client sends, and serves another client', async () => {
    const { port, stillServes } = await serverWithClient();
    const packet = fc.oneof(
      text,
      fc
        .tuple(
          fc.constantFrom('0', '1', '2', '3', '4', '40', '41', '42', '43', '44', '45', '451-', '46'),
          fc.oneof(text, fc.json()),
        )
        .map((parts) => parts.join('')),
      fc.tuple(fc.nat(), fc.json()).map(([id, json]) => `42${id}["subscribe",${json}]`),
      fc.uint8Array({ maxLength: 40 }),
    );
    await holdsFor(fc.array(packet, { minLength: 1, maxLength: 8 }), 40, async (packets) => {
      const socket = connectClient(port);
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      const { ws } = socket.io.engine.transport as unknown as { ws: { send: (data: string | Uint8Array) => void } };
      for (const one of packets) ws.send(one);
      await handled(socket);
      await stillServes();
    });
  });
});

/** Closes a client. The server answers the closing frame, which comes last, so that it has handled all that was sent. */
function handled(socket: Client): Promise<void> {
  const { engine } = socket.io;
  return new Promise((resolve) => {
    if (engine.readyState === 'closed') resolve();
    engine.once('close', () => resolve());
    engine.close();
  });
}

describe('the HTTP server', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'api',
      'runs',
      'here',
      'figures',
      'epochs',
      'steps',
      'socket.io',
      '..',
      '%2e%2e',
      '%00',
      '%',
      '',
      '__proto__',
    ),
    fc.webFragments(),
  );
  const query = fc.oneof(
    fc.constantFrom(
      '',
      '?from=0',
      '?from=0&from=1',
      '?from[]=1',
      '?__proto__[a]=1',
      '?buckets=20000',
      '?to=999999999999999',
    ),
    fc.webQueryParameters().map((given) => `?${given}`),
  );
  const path = fc.tuple(fc.array(part, { maxLength: 5 }), query).map(([parts, rest]) => `/${parts.join('/')}${rest}`);

  it('answers every request without a stack, a path of this machine or an error of its own', async () => {
    const { port, runsDirectory, stillServes } = await serverWithClient();
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS');
    await holdsFor(fc.tuple(method, path), 150, async ([verb, target]) => {
      const answer = await sendRaw(
        port,
        `${verb} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 [234]\d\d /);
      expect(answer).not.toContain(runsDirectory);
      expect(answer).not.toMatch(/\n +at .*:\d+:\d+/);
    });
    await stillServes();
  });

  it('answers whatever bytes it gets', async () => {
    const { port, stillServes } = await serverWithClient();
    const line = fc.oneof(
      text,
      fc.constantFrom('GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Content-Length: -1', 'Upgrade: websocket', ''),
    );
    await holdsFor(fc.array(line, { maxLength: 6 }), 150, async (lines) => {
      // An empty line ends every request, so that none is waited for; what is left open ends with a second, malformed one.
      await sendRaw(port, `${lines.join('\r\n')}\r\n\r\n\0\r\n\r\n`).catch((error: unknown) => {
        expect(String(error)).toContain('ECONNRESET');
      });
    });
    await stillServes();
  });
});

describe('the API over damaged runs', () => {
  it('answers with JSON, and names what is damaged', async () => {
    const { runsDirectory, get, errors } = await startTestServer();
    await recordRun(runsDirectory, 'here', 2);
    const file = fc.constantFrom('run.json', 'epochs.jsonl', 'events.jsonl', 'steps.f32');
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.json(), { maxLength: 3 }).map((lines) => Buffer.from(lines.join('\n'))),
    );
    let count = 0;
    await holdsFor(fc.tuple(file, content), 25, async ([name, bytes]) => {
      const id = `run-${(count += 1)}`;
      await recordRun(runsDirectory, id, 1).then((writer) => writer.close());
      await writeFile(join(runsDirectory, id, name), bytes);
      for (const route of ['', '/epochs', '/events', '/steps']) {
        const response = await get(`/api/runs/${id}${route}`);
        expect([200, 404]).toContain(response.status);
        if (route === '/steps' && response.ok) decodeStepBuckets(await response.arrayBuffer());
        else await response.json();
      }
    });
    await mkdir(join(runsDirectory, 'empty'));
    const { rows, damaged } = (await (await get('/api/runs')).json()) as {
      rows: unknown[];
      damaged: { id: string; error: string }[];
    };
    expect(rows.length + damaged.length).toBe(count + 2);
    expect(damaged).toContainEqual({ id: 'empty', error: 'run empty has no run.json' });
    expect(damaged.every(({ error }) => !error.includes('/'))).toBe(true);
    expect(errors).toEqual([]);
  });
});
