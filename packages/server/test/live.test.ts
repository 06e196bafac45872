import { rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import {
  epochMessage,
  eventMessage,
  runMessage,
  stepsMessage,
  type Acknowledgement,
  type Command,
  type EpochRecord,
  type EventRecord,
  type Position,
  type Run,
} from '@fdr/records';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '@fdr/testing';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning } from '../../run-store/test/sample.js';
import { client, heard, raw, record, recorded, running, START, type Client } from './running.js';

/** What a client has of a run; it accepts nothing but the very next record of each kind. */
function follower(socket: Client, from: Position = START) {
  const held = {
    runs: [] as Run[],
    epochs: [] as EpochRecord[],
    events: [] as EventRecord[],
    rows: [] as number[],
    messages: 0,
  };
  const sizes: number[] = [];
  let open = 0;
  const on = (event: 'run' | 'epoch' | 'steps' | 'event', take: (message: unknown) => void): void => {
    socket.on(event, (message, received) => {
      held.messages++;
      // The server never has two messages on their way.
      expect(++open).toBe(1);
      take(message);
      setImmediate(() => {
        open--;
        received();
      });
    });
  };
  on('run', (message) => held.runs.push(runMessage.parse(message).run));
  on('epoch', (message) => {
    const { from: first, records } = epochMessage.parse(message);
    expect(first).toBe(from.epochs + held.epochs.length);
    sizes.push(records.length);
    held.epochs.push(...records);
  });
  on('event', (message) => {
    const { from: first, records } = eventMessage.parse(message);
    expect(first).toBe(from.events + held.events.length);
    held.events.push(...records);
  });
  on('steps', (message) => {
    const { from: first, rows } = stepsMessage.parse(message);
    expect(first).toBe(from.steps + held.rows.length / 3);
    expect(rows.byteLength).toBeLessThanOrEqual(256 * 1024);
    held.rows.push(...new Float32Array(new Uint8Array(rows).buffer));
  });
  const position = (): Position => ({
    epochs: from.epochs + held.epochs.length,
    steps: from.steps + held.rows.length / 3,
    events: from.events + held.events.length,
  });
  return { held, sizes, position, subscribe: (runId: string) => socket.emitWithAck('subscribe', { runId, from }) };
}

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a subscription', () => {
  it('opened late gives the whole history, then what is new, without gap or duplicate', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'late', 450);
    const viewer = follower(client(port));
    expect(await viewer.subscribe('late')).toEqual({ ok: true });
    await eventually(() => expect(viewer.position()).toEqual({ epochs: 450, steps: 1800, events: 450 }));
    for (const epoch of numbers(451, 470)) {
      record(writer, epoch, epoch);
      await writer.settled();
    }
    writer.setStatus('finished');
    await eventually(() => expect(viewer.held.runs).toHaveLength(2));
    await eventually(() => expect(viewer.position()).toEqual({ epochs: 470, steps: 1880, events: 470 }));
    expect(viewer.held.epochs).toEqual(numbers(1, 470).map((epoch) => sampleEpoch(epoch)));
    expect(viewer.held.events).toEqual(numbers(1, 470).map((epoch) => sampleWarning(4 * epoch)));
    expect(viewer.held.rows).toEqual([...sampleSteps(0, 1880)]);
    expect(viewer.held.runs).toEqual([sampleRun('late'), { ...sampleRun('late'), status: 'finished' }]);
    expect(Math.max(...viewer.sizes)).toBeLessThanOrEqual(200);
  });

  it('opened again goes on from where the client stands, while the run grows', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'again', 10);
    let from = START;
    const rows: number[] = [];
    const epochs: number[] = [];
    for (const round of numbers(1, 6)) {
      const socket = client(port);
      const viewer = follower(socket, from);
      expect(await viewer.subscribe('again')).toEqual({ ok: true });
      record(writer, 10 * round + 1, 10 * round + 10);
      // Cut the line wherever it happens to be.
      await eventually(() => expect(viewer.held.messages).toBeGreaterThan(round % 3));
      socket.disconnect();
      from = viewer.position();
      rows.push(...viewer.held.rows);
      epochs.push(...viewer.held.epochs.map(({ epoch }) => epoch));
    }
    const viewer = follower(client(port), from);
    await viewer.subscribe('again');
    await eventually(() => expect(viewer.position()).toEqual({ epochs: 70, steps: 280, events: 70 }));
    expect([...rows, ...viewer.held.rows]).toEqual([...sampleSteps(0, 280)]);
    expect([...epochs, ...viewer.held.epochs.map(({ epoch }) => epoch)]).toEqual(numbers(1, 70));
  });

  it('never shows an epoch before its steps', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'order', 0);
    const socket = client(port);
    const viewer = follower(socket);
    socket.on('epoch', () => {
      const last = viewer.held.epochs.at(-1);
      expect(viewer.held.rows.length / 3).toBeGreaterThanOrEqual(last?.step ?? 0);
    });
    await viewer.subscribe('order');
    for (const epoch of numbers(1, 100)) {
      record(writer, epoch, epoch);
      if (epoch % 10 === 0) await writer.settled();
    }
    await eventually(() => expect(viewer.position()).toEqual({ epochs: 100, steps: 400, events: 100 }));
  });

  it('replaces the one before', async () => {
    const { port, runs } = await running();
    await recorded(runs, 'first', 300);
    await recorded(runs, 'second', 3);
    const socket = client(port);
    const received: string[] = [];
    for (const event of ['run', 'steps', 'epoch', 'event'] as const) {
      socket.on(event, (message, done) => {
        received.push(`${(message as { runId: string }).runId} ${event}`);
        done();
      });
    }
    await socket.emitWithAck('subscribe', { runId: 'first', from: START });
    await socket.emitWithAck('subscribe', { runId: 'second', from: START });
    const before = received.length;
    await eventually(() => expect(received.at(-1)).toBe('second event'));
    expect(received.slice(before).filter((entry) => entry.startsWith('first')).length).toBeLessThanOrEqual(1);
    expect(received.slice(-4)).toEqual(['second run', 'second steps', 'second epoch', 'second event']);
  });

  it('is refused for no run, and for a position beyond the end', async () => {
    const { port, runs } = await running();
    await recorded(runs, 'short', 2);
    const socket = client(port);
    const ask = (runId: string, from: Position): Promise<Acknowledgement> =>
      socket.emitWithAck('subscribe', { runId, from });
    expect(await ask('none', START)).toEqual({ ok: false, error: 'there is no run "none"' });
    expect(await ask('short', { ...START, steps: 9 })).toEqual({
      ok: false,
      error: 'run short has 2 epochs, 8 steps, 2 events: fewer than asked from',
    });
    expect(await ask('short', { epochs: 2, steps: 8, events: 2 })).toEqual({ ok: true });
  });

  it('to a run that is cut short ends, and coming back the client is told', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'cut', 5);
    const socket = client(port);
    const viewer = follower(socket);
    await viewer.subscribe('cut');
    await eventually(() => expect(viewer.position().events).toBe(5));
    const gone = heard(socket, 'disconnect');
    await truncate(join(writer.folder, 'steps.f32'), 12);
    await gone;
    const back = client(port);
    expect(await back.emitWithAck('subscribe', { runId: 'cut', from: viewer.position() })).toMatchObject({ ok: false });
  });

  it('to a run that is removed hears nothing more, and harms nobody', async () => {
    const { port, runs, reported } = await running();
    await recorded(runs, 'stays', 1);
    const writer = await recorded(runs, 'goes', 1);
    const viewer = follower(client(port));
    await viewer.subscribe('goes');
    await eventually(() => expect(viewer.position().events).toBe(1));
    await writer.close();
    await rm(writer.folder, { recursive: true });
    const other = follower(client(port));
    // A look that began before may still be shared.
    await eventually(async () =>
      expect(await other.subscribe('goes')).toEqual({ ok: false, error: 'there is no run "goes"' }),
    );
    expect(await other.subscribe('stays')).toEqual({ ok: true });
    await eventually(() => expect(other.position().events).toBe(1));
    expect(reported).toEqual([]);
  });

  it('serves many clients at once', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'many', 20);
    const viewers = numbers(1, 50).map(() => follower(client(port)));
    await Promise.all(viewers.map((viewer) => viewer.subscribe('many')));
    record(writer, 21, 30);
    await eventually(() => {
      for (const viewer of viewers) expect(viewer.position()).toEqual({ epochs: 30, steps: 120, events: 30 });
    });
  });
});

describe('a client that does not take what it is sent', () => {
  it('is sent one message and no more, and is sent away in the end', async () => {
    const { port, runs } = await running({ patience: 3000 });
    const writer = await recorded(runs, 'stalled', 10);
    const socket = client(port);
    let messages = 0;
    for (const event of ['run', 'steps', 'epoch', 'event'] as const) socket.on(event, () => messages++);
    await socket.emitWithAck('subscribe', { runId: 'stalled', from: START });
    const other = follower(client(port));
    await other.subscribe('stalled');
    const gone = heard(socket, 'disconnect');
    record(writer, 11, 200);
    // The others have everything in the meantime.
    await eventually(() => expect(other.position()).toEqual({ epochs: 200, steps: 800, events: 200 }));
    await gone;
    expect(messages).toBe(1);
  });

  it('makes no memory grow', async () => {
    const { port, runs } = await running();
    const writer = await recorded(runs, 'memory', 0);
    // 24 MB of steps, of which a stalled client may hold a quarter of one.
    for (let i = 0; i < 40; i++) writer.appendSteps(new Float32Array(150_000));
    await writer.settled();
    const stalled = numbers(1, 40).map(() => client(port));
    await Promise.all(
      stalled.map((socket) => socket.emitWithAck('subscribe', { runId: 'memory', from: { ...START } })),
    );
    const first = follower(client(port));
    await first.subscribe('memory');
    await eventually(() => expect(first.position().steps).toBe(2_000_000));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 40; i++) {
      writer.appendSteps(new Float32Array(150_000));
      await writer.settled();
    }
    await eventually(() => expect(first.position().steps).toBe(4_000_000));
    // 40 clients without their 24 MB each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 2 ** 20);
  }, 60_000);
});

describe('malformed messages', () => {
  const wicked: readonly unknown[][] = [
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

  it.each(wicked.map((message) => [JSON.stringify(message).slice(0, 80), message] as const))(
    'are answered by name: %s',
    async (_, [event, value]) => {
      const { port } = await running();
      const socket = client(port);
      const answer: Acknowledgement = await socket.emitWithAck(event as 'command', value as Command);
      expect(answer).toEqual({ ok: false, error: expect.stringMatching(/./) });
    },
  );

  it.each<[string, (socket: Client) => void]>([
    ['unknown events', (socket) => socket.emit('explode' as 'command', {} as Command, () => undefined)],
    ['events of the library', (socket) => socket.emit('__proto__' as 'command', {} as Command, () => undefined)],
    [
      'no acknowledgement asked for',
      (socket) => (socket as { emit: (...given: unknown[]) => void }).emit('subscribe', {}),
    ],
    [
      'too many arguments',
      (socket) => (socket as { emit: (...given: unknown[]) => void }).emit('subscribe', 1, 2, 3, () => 1),
    ],
    ['wrong values', (socket) => socket.emit('subscribe', 1 as never, () => undefined)],
    ['a flood of right ones', (socket) => socket.emit('subscribe', { runId: 'none', from: START }, () => undefined)],
    ['a flood of answers', (socket) => flood(socket, '430[]')],
    ['a flood of heartbeats', (socket) => flood(socket, '3')],
    ['deep nesting', (socket) => flood(socket, `420["subscribe",${'['.repeat(7000)}${']'.repeat(7000)}]`)],
    ['no protocol', (socket) => flood(socket, 'nonsense')],
    ['attachments that never come', (socket) => flood(socket, '4599999-["subscribe",{"_placeholder":true,"num":0}]')],
    ['a message too large', (socket) => flood(socket, `420["subscribe","${'x'.repeat(20_000)}"]`)],
  ])('end the connection when they go on: %s', async (_, send) => {
    const { port, runs, reported } = await running();
    await recorded(runs, 'here', 1);
    const socket = client(port);
    await heard(socket, 'connect');
    const gone = heard(socket, 'disconnect');
    // More than the 4000 packets that are allowed at once.
    for (let i = 0; i < 4200; i++) send(socket);
    await gone;
    // The server lives, and serves others.
    const viewer = follower(client(port));
    expect(await viewer.subscribe('here')).toEqual({ ok: true });
    await eventually(() => expect(viewer.position().epochs).toBe(1));
    expect(reported).toEqual([]);
  });

  it('over polling are refused, and the server lives', async () => {
    const { port } = await running();
    const base = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
    const open = await (await fetch(base)).text();
    const { sid } = JSON.parse(open.slice(1)) as { sid: string };
    expect(
      (await fetch(`${base}&sid=${sid}`, { method: 'POST', body: 'x'.repeat(100_000) })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${base}&sid=none`)).status).toBe(400);
    expect((await fetch(`${base}&sid=__proto__`)).status).toBe(400);
    expect((await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=3&transport=polling`)).status).toBe(400);
    expect(await raw(port, 'GET /socket.io/?%00 HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 403/);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  /** Writes a packet as it stands, past the library that would spell it rightly. */
  function flood(socket: Client, packet: string): void {
    const { ws } = socket.io.engine.transport as unknown as { ws: { send: (text: string) => void } };
    ws.send(packet);
  }
});

describe('the number of clients', () => {
  it('is limited', async () => {
    const { port, runs } = await running({ maxClients: 3 });
    await recorded(runs, 'few', 1);
    const admitted = numbers(1, 3).map(() => client(port));
    await Promise.all(admitted.map((socket) => heard(socket, 'connect')));
    const refused = client(port);
    await heard(refused, 'connect_error');
    const polling = await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`);
    expect([polling.status, await polling.json()]).toEqual([403, { code: 4, message: 'too many clients' }]);
    admitted[0]?.disconnect();
    await eventually(async () => {
      const next = client(port);
      expect(await next.timeout(500).emitWithAck('subscribe', { runId: 'few', from: START })).toEqual({ ok: true });
    });
  });
});

describe('a command', () => {
  const pause: Command = { commandId: 'c1', runId: 'mine', type: 'pause' };

  async function commanded(onCommand: (command: Command) => Promise<Acknowledgement>) {
    const server = await running({ onCommand, controls: (id) => id === 'mine' });
    return { ...server, send: (command: unknown) => client(server.port).emitWithAck('command', command as Command) };
  }

  it('reaches whoever trains, once, and everyone who sends it gets the answer', async () => {
    const taken: Command[] = [];
    const { send } = await commanded(async (command) => {
      taken.push(command);
      return { ok: true };
    });
    expect(await Promise.all([send(pause), send(pause), send(pause)])).toEqual([
      { ok: true },
      { ok: true },
      { ok: true },
    ]);
    expect(await send({ ...pause, type: 'stop' })).toEqual({
      ok: false,
      error: 'that command id was used for another command',
    });
    const change: Command = { commandId: 'c2', runId: 'mine', type: 'setLearningRate', learningRate: 0.01 };
    expect(await send(change)).toEqual({ ok: true });
    expect(taken).toEqual([pause, change]);
  });

  it('is refused for a run that is not trained here, and where nobody takes commands', async () => {
    const { send } = await commanded(async () => ({ ok: true }));
    expect(await send({ ...pause, runId: 'other' })).toEqual({ ok: false, error: 'run other is not training here' });
    const reader = await running();
    expect(await client(reader.port).emitWithAck('command', pause)).toEqual({
      ok: false,
      error: 'run mine is not training here',
    });
  });

  it('whose handler throws is answered, and the reason stays here', async () => {
    const { send, reported } = await commanded(async () => {
      throw new Error('secret');
    });
    expect(await send(pause)).toEqual({ ok: false, error: 'the command failed; the terminal says more' });
    expect(reported).toEqual([new Error('secret')]);
  });
});

it('closing the server gives its clients the last records first', async () => {
  // Between two looks at the run, so that only the last one can find what is new.
  const { port, runs, close } = await running({ interval: 600_000 });
  const writer = await recorded(runs, 'closing', 2);
  const viewer = follower(client(port));
  await viewer.subscribe('closing');
  await eventually(() => expect(viewer.position()).toEqual({ epochs: 2, steps: 8, events: 2 }));
  record(writer, 3, 400);
  writer.setStatus('finished');
  await writer.close();
  await close();
  expect(viewer.position()).toEqual({ epochs: 400, steps: 1600, events: 400 });
  expect(viewer.held.runs.map(({ status }) => status)).toEqual(['running', 'finished']);
});

it('closing the server sends everyone away', async () => {
  const server = await running();
  const socket = client(server.port);
  onTestFinished(() => void socket.disconnect());
  await heard(socket, 'connect');
  const gone = heard(socket, 'disconnect');
  await server.close();
  await gone;
  await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
});
