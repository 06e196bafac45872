import type { RunRecords } from '@fdr/figures';
import { anyNumber, subscription, type ClientEvents, type Position, type ServerEvents } from '@fdr/records';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { slowBuckets } from '../../../packages/figures/test/reference/slow-buckets.js';

export interface GrowingRun extends RunRecords {
  readonly rows: Float32Array;
}

/** Numbers as JSON carries them. */
const spelled = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' ? anyNumber.encode(item) : item));

/**
 * A server of one run that has grown to `reached`, over real HTTP and a real socket: in the order of the wire's description, each
 * message only after the last was acknowledged.
 */
export class RunServer {
  readonly subscriptions: Position[] = [];
  readonly commands: unknown[] = [];
  origin = '';
  private readonly http: HttpServer;
  private readonly io: Server<ClientEvents, ServerEvents>;
  private readonly told = new Map<Socket<ClientEvents, ServerEvents>, Position>();
  reached: Position;
  readonly run: GrowingRun;

  constructor(run: GrowingRun, reached: Position) {
    this.run = run;
    this.reached = reached;
    this.http = createServer((request, response) => {
      const { status, body } = this.answer(new URL(request.url ?? '', 'http://localhost'));
      response.writeHead(status, { 'content-type': 'application/json' }).end(spelled(body));
    });
    this.io = new Server(this.http);
    this.io.on('connection', (socket) => {
      socket.on('subscribe', (unparsed, answer) => {
        const { runId, from } = subscription.parse(unparsed);
        this.subscriptions.push(from);
        if (runId !== this.run.run.id) return answer({ ok: false, error: `there is no run ${runId}` });
        if (from.steps > this.reached.steps) return answer({ ok: false, error: 'the run is shorter' });
        this.told.set(socket, { ...from });
        answer({ ok: true });
        void this.tell(socket);
      });
      socket.on('command', (wish, answer) => {
        this.commands.push(wish);
        answer(wish.type === 'pause' ? { ok: true } : { ok: false, error: `no ${wish.type} here` });
      });
    });
  }

  async start(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    const address = this.http.address() as AddressInfo;
    this.origin = `http://127.0.0.1:${address.port}`;
    return address.port;
  }

  async stop(): Promise<void> {
    await this.io.close();
  }

  async grow(reached: Position): Promise<void> {
    this.reached = reached;
    await Promise.all([...this.told.keys()].map((socket) => this.tell(socket)));
  }

  /** Sends anything to every client and waits until each has acknowledged it. */
  async say(event: keyof ServerEvents, message: unknown): Promise<void> {
    await Promise.all([...this.told.keys()].map((socket) => socket.timeout(5000).emitWithAck(event, message)));
  }

  /** Rows `from .. to - 1`, as the wire carries them. */
  bytes(from: number, to: number): Buffer {
    const width = this.run.run.stepColumns.length;
    return Buffer.from(this.run.rows.slice(from * width, to * width).buffer);
  }

  private async tell(socket: Socket<ClientEvents, ServerEvents>): Promise<void> {
    const at = this.told.get(socket);
    if (!at) return;
    const { run, epochs, events } = this.run;
    const runId = run.id;
    const send = (event: keyof ServerEvents, message: object): Promise<unknown> =>
      socket.timeout(5000).emitWithAck(event, JSON.parse(spelled({ runId, ...message })));
    await send('run', { run });
    while (at.steps < this.reached.steps) {
      const to = Math.min(at.steps + 70, this.reached.steps);
      await socket.timeout(5000).emitWithAck('steps', { runId, from: at.steps, rows: this.bytes(at.steps, to) });
      at.steps = to;
    }
    await send('epoch', { from: at.epochs, records: epochs.slice(at.epochs, this.reached.epochs) });
    at.epochs = this.reached.epochs;
    await send('event', { from: at.events, records: events.slice(at.events, this.reached.events) });
    at.events = this.reached.events;
  }

  private answer({ pathname, searchParams }: URL): { status: number; body: unknown } {
    const { run, epochs, events, rows } = this.run;
    const [, , , id, part] = pathname.split('/');
    if (id !== run.id) return { status: 404, body: { error: `there is no run ${id}` } };
    const from = Number(searchParams.get('from') ?? 0);
    switch (part) {
      case undefined:
        return {
          status: 200,
          body: { run, lastEpoch: epochs[this.reached.epochs - 1] ?? null, bestTestAccuracy: null, controllable: true },
        };
      case 'epochs':
        return { status: 200, body: { from, records: epochs.slice(from, this.reached.epochs), skipped: 0 } };
      case 'events':
        return { status: 200, body: { from, records: events.slice(from, this.reached.events), skipped: 0 } };
      default: {
        const to = Math.min(Number(searchParams.get('to') ?? Infinity), this.reached.steps);
        const width = Math.max(1, Math.ceil((to - from) / Number(searchParams.get('buckets'))));
        return { status: 200, body: slowBuckets(run.stepColumns, rows, from, to, width) };
      }
    }
  }
}
