import type { Server as HttpServer } from 'node:http';
import { command, subscription, type Acknowledgement, type ClientEvents, type ServerEvents } from '@fdr/records';
import { Server, type Socket } from 'socket.io';
import type { z } from 'zod';
import { RunFolderError } from '@fdr/run-store';
import { createViewer, type Viewer } from './subscriber.js';
import type { CommandDesk } from './command-dispatcher.js';
import type { Library } from './run-cache.js';
import { createRateLimit } from './rate-limit.js';
import type { RunWatch } from './run-watch.js';

const MAX_MESSAGE = 16 * 1024;
/** Malformed messages after which a client is sent away. */
const MAX_STRIKES = 10;
const EVENTS: readonly (keyof ClientEvents)[] = ['subscribe', 'unsubscribe', 'command'];

export interface LiveOptions {
  readonly library: Library;
  readonly watch: RunWatch;
  readonly desk: CommandDesk;
  /** Clients at most at the same time. */
  readonly maxClients: number;
  /** Milliseconds in which a client must take a message. */
  readonly patience: number;
  readonly report: (error: unknown) => void;
}

export type LiveServer = Server<ClientEvents, ServerEvents>;

/**
 * The live side of the server: clients subscribe to runs and send commands. What is sent is read from the run's folder, so
 * that a run of this process and one that another process writes are served alike, and training is never in the way.
 */
export function attachLive(server: HttpServer, options: LiveOptions): LiveServer {
  const { maxClients } = options;
  const io: LiveServer = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE,
    connectTimeout: 10_000,
    allowRequest: (_request, decide) => {
      const room = io.engine.clientsCount < maxClients;
      decide(room ? null : 'too many clients', room);
    },
  });
  io.engine.on('connection', (raw: RawConnection) => {
    // Every packet counts here, answers and heartbeats too; a client that follows asks for far fewer.
    const packets = createRateLimit(2000, 4000);
    raw.on('packet', () => {
      if (!packets.take()) raw.close(true);
    });
  });
  io.on('connection', (socket) => welcome(socket, options));
  return io;
}

interface RawConnection {
  on(event: 'packet', listener: () => void): void;
  close(discard: boolean): void;
}

type ClientSocket = Socket<ClientEvents, ServerEvents>;
type Answer = (acknowledgement: Acknowledgement) => void;

function welcome(socket: ClientSocket, { library, watch, desk, patience, report }: LiveOptions): void {
  const viewer: Viewer = createViewer(socket, watch, patience, report);
  const messages = createRateLimit(20, 60);
  let strikes = 0;

  function strike(): void {
    if (++strikes >= MAX_STRIKES) socket.disconnect(true);
  }

  socket.use(([event, ...given], next) => {
    const isKnown = EVENTS.some((name) => name === event);
    const expected = event === 'unsubscribe' ? 1 : 2;
    if (isKnown && given.length === expected && typeof given.at(-1) === 'function' && messages.take()) next();
    else strike();
  });

  /** Parses before it believes, answers always, and lets no error out. */
  function handler<Schema extends z.ZodType>(
    schema: Schema,
    act: (value: z.output<Schema>) => Promise<Acknowledgement>,
  ): (value: unknown, answer: Answer) => void {
    return (value, answer) => {
      const parsed = schema.safeParse(value);
      if (!parsed.success) {
        strike();
        const [issue] = parsed.error.issues;
        answer({ ok: false, error: [issue?.path.join('.'), issue?.message].filter((part) => part).join(': ') });
        return;
      }
      act(parsed.data)
        .catch((error: unknown): Acknowledgement => {
          if (error instanceof RunFolderError) return { ok: false, error: error.message };
          report(error);
          return { ok: false, error: 'the server failed' };
        })
        .then(answer)
        .catch(report);
    };
  }

  socket.on(
    'subscribe',
    handler(subscription, async ({ runId, from }) => viewer.subscribe(await library.open(runId), from)),
  );
  socket.on('unsubscribe', (answer) => {
    viewer.unsubscribe();
    answer({ ok: true });
  });
  socket.on('command', handler(command, desk));
  socket.on('disconnect', () => viewer.unsubscribe());
}
