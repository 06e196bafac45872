import type { Acknowledgement, Command } from '@fdr/records';
import { eventually } from '@fdr/testing';
import { describe, expect, it } from 'vitest';
import { collectRun, connectClient, nextEvent, numbers, START, type Client } from './client.js';
import { recordRun, sendRaw, startTestServer } from './test-server.js';

const MALFORMED: readonly unknown[][] = [
  ['subscribe', { runId: '../x', from: START }],
  ['subscribe', { runId: 'x', from: { epochs: -1, steps: 0, events: 0 } }],
  ['subscribe', { runId: 'x', from: { epochs: NaN, steps: 0, events: 0 } }],
  ['subscribe', { runId: 'x', from: START, more: 1 }],
  ['subscribe', null],
  ['subscribe', 'text'],
  ['subscribe', Buffer.alloc(100)],
  ['subscribe', JSON.parse('{"__proto__":{"runId":"x"},"runId":"x"}')],
  ['command', { type: 'stop' }],
  ['command', { type: 'explode', commandId: '1', runId: 'x' }],
  ['command', { type: 'setLearningRate', commandId: '1', runId: 'x', learningRate: 'NaN' }],
];

/** Emits what the types of the client do not allow. */
function emit(socket: Client, ...packet: unknown[]): void {
  (socket as { emit: (...packet: unknown[]) => void }).emit(...packet);
}

/** Sends a packet exactly as given, past the library that would encode it. */
function sendPacket(socket: Client, packet: string, times = 1): void {
  const { ws } = socket.io.engine.transport as unknown as { ws: { send: (text: string) => void } };
  for (let i = 0; i < times; i++) ws.send(packet);
}

async function connected(port: number): Promise<Client> {
  const socket = connectClient(port);
  await nextEvent(socket, 'connect');
  return socket;
}

const ignore = (): void => undefined;

describe('malformed messages', () => {
  it.each(MALFORMED.map((message) => [JSON.stringify(message).slice(0, 80), message] as const))(
    'of valid form but wrong content are acknowledged with an error: %s',
    async (_, [event, value]) => {
      const { port } = await startTestServer();
      const socket = connectClient(port);
      const answer: Acknowledgement = await socket.emitWithAck(event as 'command', value as Command);
      expect(answer).toEqual({ ok: false, error: expect.stringMatching(/./) });
    },
  );

  it.each<[string, (socket: Client) => void]>([
    ['unknown events', (socket) => emit(socket, 'explode', {}, ignore)],
    ['names of prototype properties as events', (socket) => emit(socket, '__proto__', {}, ignore)],
    ['no acknowledgement callback', (socket) => emit(socket, 'subscribe', {})],
    ['too many arguments', (socket) => emit(socket, 'subscribe', 1, 2, 3, ignore)],
    ['wrong values', (socket) => emit(socket, 'subscribe', 1, ignore)],
    ['a flood of valid messages', (socket) => emit(socket, 'subscribe', { runId: 'none', from: START }, ignore)],
    ['a flood of acknowledgements', (socket) => sendPacket(socket, '430[]', 3)],
    ['a flood of heartbeats', (socket) => sendPacket(socket, '3', 3)],
    ['deep nesting', (socket) => sendPacket(socket, `420["subscribe",${'['.repeat(7000)}${']'.repeat(7000)}]`)],
    ['text that is no packet', (socket) => sendPacket(socket, 'nonsense')],
    [
      'binary attachments that never come',
      (socket) => sendPacket(socket, '4599999-["subscribe",{"_placeholder":true,"num":0}]'),
    ],
    ['messages that are too large', (socket) => sendPacket(socket, `420["subscribe","${'x'.repeat(20_000)}"]`)],
  ])('end the connection of a client that goes on sending them, and no other: %s', async (_, send) => {
    const { port, runsDirectory, errors } = await startTestServer();
    await recordRun(runsDirectory, 'here', 1);
    const socket = await connected(port);
    const disconnected = nextEvent(socket, 'disconnect');
    // More than the 4000 packets that are allowed at once; three times as many where the packet limit alone ends it, so that
    // a slow machine does not process them at the 2000 per second that are allowed.
    for (let i = 0; i < 4200; i++) send(socket);
    await disconnected;
    const received = collectRun(connectClient(port));
    expect(await received.subscribe('here')).toEqual({ ok: true });
    await eventually(() => expect(received.position().epochs).toBe(1));
    expect(errors).toEqual([]);
  });

  it('over HTTP long-polling are refused, and the server goes on', async () => {
    const { port, get } = await startTestServer();
    const path = '/socket.io/?EIO=4&transport=polling';
    const open = await (await get(path)).text();
    const { sid } = JSON.parse(open.slice(1)) as { sid: string };
    const tooLarge = { method: 'POST', body: 'x'.repeat(100_000) };
    expect((await get(`${path}&sid=${sid}`, tooLarge)).status).toBeGreaterThanOrEqual(400);
    expect((await get(`${path}&sid=none`)).status).toBe(400);
    expect((await get(`${path}&sid=__proto__`)).status).toBe(400);
    expect((await get('/socket.io/?EIO=3&transport=polling')).status).toBe(400);
    expect(await sendRaw(port, 'GET /socket.io/?%00 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 403/);
    expect((await get('/healthz')).status).toBe(200);
  });
});

describe('the limits of one client', () => {
  it.each<[string, (socket: Client) => void]>([
    ['unknown events', (socket) => emit(socket, 'explode', {}, ignore)],
    ['messages without a callback', (socket) => emit(socket, 'subscribe', {})],
    ['messages with too many arguments', (socket) => emit(socket, 'subscribe', 1, 2, 3, ignore)],
    ['messages of wrong content', (socket) => emit(socket, 'subscribe', 1, ignore)],
  ])('allow nine %s, and the tenth disconnects', async (_, send) => {
    const { port } = await startTestServer();
    const socket = await connected(port);
    for (let i = 0; i < 9; i++) send(socket);
    // Acknowledged only after the nine have been handled.
    expect(await socket.emitWithAck('unsubscribe')).toEqual({ ok: true });
    const disconnected = nextEvent(socket, 'disconnect');
    send(socket);
    await disconnected;
  });

  it('allow 60 valid messages at once, and disconnect a client that sends hundreds', async () => {
    const { port } = await startTestServer();
    const socket = await connected(port);
    const answers = await Promise.all(numbers(1, 60).map(() => socket.emitWithAck('unsubscribe')));
    expect(answers).toEqual(numbers(1, 60).map(() => ({ ok: true })));
    const disconnected = nextEvent(socket, 'disconnect');
    for (let i = 0; i < 400; i++) socket.emit('unsubscribe', ignore);
    await disconnected;
  });

  it('disconnect at one message of more than 16 KiB', async () => {
    const { port } = await startTestServer();
    const allowed = await connected(port);
    sendPacket(allowed, `42999["subscribe","${'x'.repeat(16_000)}"]`);
    expect(await allowed.emitWithAck('unsubscribe')).toEqual({ ok: true });
    const socket = await connected(port);
    const disconnected = nextEvent(socket, 'disconnect');
    sendPacket(socket, `42999["subscribe","${'x'.repeat(17_000)}"]`);
    await disconnected;
  });
});
