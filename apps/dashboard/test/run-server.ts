import type { RunRecords } from '@fdr/figures';
import {
  anyNumber,
  encodeStepBuckets,
  subscription,
  type ClientEvents,
  type Position,
  type ServerEvents,
} from '@fdr/records';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { slowBuckets } from '../../../packages/figures/test/reference/slow-buckets.js';

export interface GrowingRun extends RunRecords {
  readonly rows: Float32Array;
}

/** JSON in which NaN and infinities are strings, as on the wire. */
const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'number' ? anyNumber.encode(item) : item));

/** What a client acknowledges. */
type RunEvent = Exclude<keyof ServerEvents, 'runs'>;

/**
 * A server of one run that has grown to `reached`, over real HTTP and a real socket. It sends messages in the order that the wire
 * prescribes, each only after the last was acknowledged.
 */
export class RunServer {
  readonly subscriptions: Position[] = [];
  readonly commands: unknown[] = [];
  /** Paths and queries of all requests, in order. */
  readonly requests: string[] = [];
  origin = '';
  controllable = true;
  private readonly http: HttpServer;
  private readonly io: Server<ClientEvents, ServerEvents>;
  private readonly sent = new Map<Socket<ClientEvents, ServerEvents>, Position>();
  reached: Position;
  run: GrowingRun;

  constructor(run: GrowingRun, reached: Position) {
    this.run = run;
    this.reached = reached;
    this.http = createServer((request, response) => {
      const { url = '' } = request;
      this.requests.push(url);
      const { status, body } = this.respond(new URL(url, 'http://localhost'));
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body instanceof Uint8Array ? body : toJson(body));
    });
    this.io = new Server(this.http);
    this.io.on('connection', (socket) => {
      socket.on('subscribe', (unparsed, acknowledge) => {
        const { runId, from } = subscription.parse(unparsed);
        this.subscriptions.push(from);
        if (runId !== this.run.run.id) return acknowledge({ ok: false, error: `there is no run ${runId}` });
        if (from.steps > this.reached.steps) return acknowledge({ ok: false, error: 'the run is shorter' });
        this.sent.set(socket, { ...from });
        acknowledge({ ok: true });
        this.sendNew(socket).catch((error: unknown) => {
          // A client that has left acknowledges nothing.
          if (socket.connected) throw error;
        });
      });
      socket.on('disconnect', () => this.sent.delete(socket));
      socket.on('command', (command, acknowledge) => {
        this.commands.push(command);
        acknowledge(command.type === 'pause' ? { ok: true } : { ok: false, error: `no ${command.type} here` });
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

  /** Number of clients that are connected. */
  get clients(): number {
    return this.io.engine.clientsCount;
  }

  /** Ends the connection to every client, in the way after which a client does not reconnect by itself. */
  sendAway(): void {
    this.io.disconnectSockets();
  }

  async grow(reached: Position): Promise<void> {
    this.reached = reached;
    await Promise.all([...this.sent.keys()].map((socket) => this.sendNew(socket)));
  }

  /** Sends anything to every client and waits until each has acknowledged it. */
  async broadcast(event: RunEvent, message: unknown): Promise<void> {
    await Promise.all([...this.sent.keys()].map((socket) => socket.timeout(5000).emitWithAck(event, message)));
  }

  /** Rows `from .. to - 1`, as the wire carries them. */
  bytes(from: number, to: number): Buffer {
    const width = this.run.run.stepColumns.length;
    return Buffer.from(this.run.rows.slice(from * width, to * width).buffer);
  }

  private async sendNew(socket: Socket<ClientEvents, ServerEvents>): Promise<void> {
    const position = this.sent.get(socket);
    if (!position) return;
    const { run, epochs, events } = this.run;
    const runId = run.id;
    const send = (event: RunEvent, message: object): Promise<unknown> =>
      socket.timeout(5000).emitWithAck(event, JSON.parse(toJson({ runId, ...message })));
    await send('run', { run, diskError: null });
    while (position.steps < this.reached.steps) {
      const to = Math.min(position.steps + 70, this.reached.steps);
      await socket
        .timeout(5000)
        .emitWithAck('steps', { runId, from: position.steps, rows: this.bytes(position.steps, to) });
      position.steps = to;
    }
    await send('epoch', { from: position.epochs, records: epochs.slice(position.epochs, this.reached.epochs) });
    position.epochs = this.reached.epochs;
    await send('event', { from: position.events, records: events.slice(position.events, this.reached.events) });
    position.events = this.reached.events;
  }

  private respond({ pathname, searchParams }: URL): { status: number; body: unknown } {
    const { run, epochs, events, rows } = this.run;
    const [, , , id, part] = pathname.split('/');
    if (id !== run.id) return { status: 404, body: { error: `there is no run ${id}` } };
    const from = Number(searchParams.get('from') ?? 0);
    switch (part) {
      case undefined:
        return {
          status: 200,
          body: {
            run,
            lastEpoch: epochs[this.reached.epochs - 1] ?? null,
            bestTestAccuracy: null,
            controllable: this.controllable,
          },
        };
      case 'epochs':
        return { status: 200, body: { from, records: epochs.slice(from, this.reached.epochs), skipped: 0 } };
      case 'events':
        return { status: 200, body: { from, records: events.slice(from, this.reached.events), skipped: 0 } };
      default: {
        const to = Math.min(Number(searchParams.get('to') ?? Infinity), this.reached.steps);
        const width = Math.max(1, Math.ceil((to - from) / Number(searchParams.get('buckets'))));
        return { status: 200, body: encodeStepBuckets(slowBuckets(run.stepColumns, rows, from, to, width)) };
      }
    }
  }
}
