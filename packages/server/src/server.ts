import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Acknowledgement, Command } from '@fdr/records';
import express from 'express';
import { createAccess, makeToken, type Access } from './auth.js';
import { createApi } from './api.js';
import { createCommandDesk } from './command-dispatcher.js';
import { isLoopback, refusal } from './origin-check.js';
import { secureHeaders } from './headers.js';
import { createLibrary } from './run-cache.js';
import { attachLive } from './live.js';
import { createPage } from './static-files.js';
import { listen } from './port.js';
import { answerErrors, RequestError } from './request-error.js';
import { createResults } from './figure-store.js';
import { createRunWatch } from './run-watch.js';

/** Milliseconds for the last records to arrive before the server goes. */
const FAREWELL = 2000;
/** Where `fdr reproduce` keeps results unless it is told. */
export const RESULTS = 'results';

export interface ServerOptions {
  readonly runsDirectory: string;
  /** Where `fdr reproduce` has drawn figures; `results` unless told. There need be none. */
  readonly resultsDirectory?: string | undefined;
  /** Address to listen on; any but a loopback one makes a token necessary. */
  readonly host?: string | undefined;
  /** Undefined: 6060 or the next free one; 0: any free one. */
  readonly port?: number | undefined;
  /** Asked of every client, at least 22 characters; made where the host needs one and none is given. */
  readonly token?: string | undefined;
  /** Carries a command out; without it, none is taken. */
  readonly onCommand?: ((command: Command) => Promise<Acknowledgement>) | undefined;
  /** Whether a run is trained by this process. */
  readonly controls?: ((runId: string) => boolean) | undefined;
  /** Told of errors that clients are not told. */
  readonly report?: ((error: unknown) => void) | undefined;
  /** Milliseconds between two looks at a run that is followed. */
  readonly interval?: number | undefined;
  /** Clients followed at the same time, at most. */
  readonly maxClients?: number | undefined;
  /** Milliseconds in which a client must take a message. */
  readonly patience?: number | undefined;
}

export interface RunningServer {
  /** To be opened in a browser; holds the token, where there is one, in its fragment. */
  readonly url: string;
  readonly port: number;
  /** Gives those who follow a run a moment to take its last records, sends all clients away and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves the dashboard over the runs of a directory, live and stored ones alike. The server reads run folders and forwards
 * commands; it holds nothing of a training.
 *
 * @throws {ServerError} where the port asked for can't be had, or the token is too short
 */
export async function startServer({
  runsDirectory,
  resultsDirectory = RESULTS,
  host = '127.0.0.1',
  port: wanted,
  token = isLoopback(host) ? undefined : makeToken(),
  onCommand,
  controls = () => false,
  report = (error) => console.error(error),
  interval = 250,
  maxClients = 1000,
  patience = 30_000,
}: ServerOptions): Promise<RunningServer> {
  const access = token === undefined ? undefined : createAccess(token, report);
  const library = createLibrary(runsDirectory);
  const watch = createRunWatch(library, interval, report);
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple').use(secureHeaders());
  app.get('/healthz', (_, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.use('/api', createApi(library, createResults(resultsDirectory), controls));
  app.use(createPage());
  app.use(() => {
    throw new RequestError(404, 'there is nothing here');
  });
  app.use(answerErrors(report));

  // The guard answers a missing Host itself, with a text that helps.
  const server = createServer({ requireHostHeader: false, headersTimeout: 10_000, requestTimeout: 30_000 }, app);
  const desk = createCommandDesk({ controls, onCommand, report });
  const io = attachLive(server, { library, watch, desk, maxClients, patience, report });
  guardAll(server, host, access);
  const port = await listen(server, host, wanted).catch(async (error: unknown) => {
    await io.close();
    throw error;
  });
  // Running out of file descriptors, say, must not end the process that trains.
  server.on('error', report);

  return {
    url: `http://${shownHost(host)}:${port}/${token === undefined ? '' : `#token=${token}`}`,
    port,
    close: async () => {
      await Promise.race([watch.lastLook(), delay(Math.min(patience, FAREWELL), undefined, { ref: false })]);
      watch.close();
      io.disconnectSockets(true);
      const closed = io.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Puts the guard before everything that listens to the server, page, requests and sockets alike, so that no route can be
 * forgotten.
 */
function guardAll(server: ReturnType<typeof createServer>, host: string, access: Access | undefined): void {
  const requests = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const reason = refusal(request, host);
    if (reason !== undefined) {
      response.writeHead(403, {
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        connection: 'close',
      });
      response.end(`${reason}\n`);
    } else if (access?.admits(request) === false) {
      access.entrance(request, response);
    } else {
      for (const listener of requests) listener(request, response);
    }
  });

  type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  const upgrades = server.listeners('upgrade') as UpgradeListener[];
  server.removeAllListeners('upgrade');
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const reason = refusal(request, host);
    const status =
      reason !== undefined ? '403 Forbidden' : access?.admits(request) === false ? '401 Unauthorized' : undefined;
    if (status === undefined) {
      for (const listener of upgrades) listener(request, socket, head);
      return;
    }
    const text = `${reason ?? 'this server asks for its token'}\n`;
    socket.on('error', () => socket.destroy());
    socket.end(
      `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  });
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
