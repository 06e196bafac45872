import type { Server as HttpServer } from 'node:http';
import { command, subscription, type Acknowledgement, type ClientEvents, type ServerEvents } from '@fdr/records';
import { describeIssue, RunFolderError } from '@fdr/run-store';
import { Server } from 'socket.io';
import type { z } from 'zod';
import type { CommandHandler } from './command-dispatcher.js';
import type { ClientSocket } from './emit-to-all.js';
import { createRateLimit } from './rate-limit.js';
import type { RunCache } from './run-cache.js';
import type { RunListWatcher } from './run-list-watcher.js';
import { createSubscribers, type SubscriberOptions, type Subscribers } from './subscribers.js';

const MAX_MESSAGE_BYTES = 16 * 1024;
/** A client is disconnected at this many malformed or excess messages. */
const MAX_VIOLATIONS = 10;
/** The number of arguments of each event, its acknowledgement callback included. */
const ARGUMENT_COUNTS: ReadonlyMap<string, number> = new Map(
  Object.entries({ subscribe: 2, unsubscribe: 1, followRuns: 1, command: 2 } satisfies Record<
    keyof ClientEvents,
    number
  >),
);

/** What the live server needs beside the HTTP server. */
export interface LiveServerOptions extends SubscriberOptions {
  readonly cache: RunCache;
  readonly onCommand: CommandHandler;
  readonly runList: RunListWatcher;
  /** Clients that may be connected at the same time. */
  readonly maxClients: number;
}

/** The socket.io server with the events of `@fdr/records`. */
export type LiveServer = Server<ClientEvents, ServerEvents>;

/**
 * Attaches socket.io to an HTTP server: clients subscribe to runs and send commands. Everything that is sent is read from the
 * run's folder. So a run of this process and a run of another process are served alike, and training never waits.
 *
 * @param server the HTTP server that gets the requests below `/socket.io/`
 */
export function attachLiveServer(server: HttpServer, options: LiveServerOptions): LiveServer {
  const io: LiveServer = new Server(server, {
    serveClient: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: 10_000,
    allowRequest: (_request, decide) => {
      if (io.engine.clientsCount < options.maxClients) decide(null, true);
      else decide('too many clients', false);
    },
  });
  io.engine.on('connection', (connection: EngineConnection) => {
    // Every packet counts, acknowledgements and heartbeats included. A well-behaved client sends far fewer.
    const packets = createRateLimit(2000, 4000);
    connection.on('packet', () => {
      if (!packets.tryTake()) connection.close(true);
    });
  });
  const subscribers = createSubscribers(options);
  io.on('connection', (socket) => handleConnection(socket, subscribers, options));
  return io;
}

/** What is used of engine.io's socket, whose own type socket.io does not export. */
interface EngineConnection {
  on(event: 'packet', listener: () => void): void;
  close(discard: boolean): void;
}

type Acknowledge = (acknowledgement: Acknowledgement) => void;

function handleConnection(
  socket: ClientSocket,
  subscribers: Subscribers,
  { cache, onCommand, runList, onError }: LiveServerOptions,
): void {
  const messages = createRateLimit(20, 60);
  let violations = 0;

  function countViolation(): void {
    violations++;
    if (violations >= MAX_VIOLATIONS) socket.disconnect(true);
  }

  socket.use(([event, ...given], next) => {
    if (isWellFormed(event, given) && messages.tryTake()) next();
    else countViolation();
  });

  /** A listener that validates the message, always acknowledges it, and never throws. */
  function validated<Schema extends z.ZodType>(
    schema: Schema,
    handle: (message: z.output<Schema>) => Promise<Acknowledgement>,
  ): (message: unknown, acknowledge: Acknowledge) => void {
    return (message, acknowledge) => {
      const parsed = schema.safeParse(message);
      if (!parsed.success) {
        countViolation();
        acknowledge({ ok: false, error: describeIssue(parsed.error) });
        return;
      }
      handle(parsed.data)
        .catch((error: unknown): Acknowledgement => {
          if (error instanceof RunFolderError) return { ok: false, error: error.message };
          onError(error);
          return { ok: false, error: 'the server failed' };
        })
        .then(acknowledge)
        .catch(onError);
    };
  }

  socket.on(
    'subscribe',
    validated(subscription, async ({ runId, from }) => subscribers.subscribe(socket, await cache.open(runId), from)),
  );
  socket.on('unsubscribe', (acknowledge) => {
    subscribers.unsubscribe(socket);
    acknowledge({ ok: true });
  });
  socket.on('followRuns', (acknowledge) => {
    runList.follow(socket);
    acknowledge({ ok: true });
  });
  socket.on('command', validated(command, onCommand));
  socket.on('disconnect', () => {
    subscribers.unsubscribe(socket);
    runList.unfollow(socket);
  });
}

/** Whether a packet is a known event with the right number of arguments, the last of which is a callback. */
function isWellFormed(event: string, given: readonly unknown[]): boolean {
  return given.length === ARGUMENT_COUNTS.get(event) && typeof given.at(-1) === 'function';
}
