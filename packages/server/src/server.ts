import console from 'node:console';
import { createServer, type Server } from 'node:http';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { createCatalogue } from '@fdr/run-store';
import compression from 'compression';
import express, { type Express, type Router } from 'express';
import { parseAllowedHost } from './allowed-host.js';
import { createApi } from './api.js';
import { createAuth } from './auth.js';
import { createCommandDispatcher, type CommandHandler } from './command-dispatcher.js';
import { trackConnections } from './connections.js';
import { watchDiskErrors } from './disk-error-changes.js';
import { createFigureStore, DEFAULT_RESULTS_DIRECTORY } from './figure-store.js';
import { requireFolder } from './folder-check.js';
import { createGuardedServer } from './guarded-server.js';
import { secureHeaders } from './headers.js';
import { createErrorHandler, HttpError } from './http-error.js';
import { attachLiveServer } from './live.js';
import { loopbackAddress } from './loopback-address.js';
import { isLoopback } from './origin-check.js';
import type { DiskErrorOf } from './next-message.js';
import { listen, unreachableCode } from './port.js';
import { createRunCache } from './run-cache.js';
import { createRunListWatcher } from './run-list-watcher.js';
import { createRunWatcher } from './run-watcher.js';
import type { ServedSweep } from './served-sweep.js';
import { createStaticFiles } from './static-files.js';
import { makeToken } from './token.js';

/** Milliseconds that clients get, when the server closes, to receive the last records. */
const DRAIN_TIMEOUT = 2000;
/** Milliseconds that connections get, when the server closes, to end by themselves. */
const CLOSE_TIMEOUT = 1000;

/** The list of runs is polled so many times more seldom than a run that is followed. */
const LIST_POLL_FACTOR = 4;

/** What `startServer` takes. */
export interface StartServerOptions {
  /** The folder of the run folders; it need not exist yet. */
  readonly runsDirectory: string;
  /** The folder of the figures, `results` by default; it need not exist yet. */
  readonly resultsDirectory?: string | undefined;
  /** The sweep that the runs belong to; by default they belong to none. */
  readonly sweep?: ServedSweep | undefined;
  /** The folder of the page's `index.html` and `assets/`; it may be built later. Undefined: no page is served. */
  readonly pageDirectory?: string | undefined;
  /** The address to listen on, that of {@link loopbackAddress} by default. Any but a loopback address makes a token necessary. */
  readonly host?: string | undefined;
  /** Undefined: 6060 or the next free port; 0: any free port. */
  readonly port?: number | undefined;
  /** The secret that clients must present, 22 to 512 characters. Undefined: made up if one is required. */
  readonly token?: string | undefined;
  /** Asks for a token where none is necessary, on a loopback address without a proxy before it. */
  readonly requireToken?: boolean | undefined;
  /** Names of proxies before this server, `NAME` or `NAME:PORT`. They make a token necessary. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Executes a command; undefined: no command is accepted. */
  readonly onCommand?: CommandHandler | undefined;
  /** Whether this process trains a run; by default it trains none. */
  readonly controls?: ((runId: string) => boolean) | undefined;
  /** Why the disk refuses what a run records that this process trains; by default nobody knows of any. */
  readonly diskErrorOf?: DiskErrorOf | undefined;
  /** Called with errors that clients are not told; by default they are printed. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Milliseconds between two polls of a followed run, 250 by default. They grow up to eightfold while this thread is busy. */
  readonly pollInterval?: number | undefined;
  /** Clients that may be connected at the same time, 1000 by default. */
  readonly maxClients?: number | undefined;
  /** Milliseconds in which a client must acknowledge a message, 30,000 by default. */
  readonly ackTimeout?: number | undefined;
}

/** A server that listens. */
export interface RunningServer {
  /** The URL to open in a browser. Its fragment holds the token, if there is one. */
  readonly url: string;
  readonly port: number;
  /** Why this machine itself can't connect to the server, which may have no working loopback interface; undefined if it can. */
  readonly unreachable: string | undefined;
  /** Lets followers receive the last records for a moment, disconnects all clients, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves the page and the API over the runs of a directory, live and stored ones alike. The server reads run folders and
 * passes commands on; it holds no state of a training.
 *
 * @throws {ServerError} if the port, the host, the token, an allowed host or a folder cannot be used
 */
export async function startServer({
  runsDirectory,
  resultsDirectory,
  sweep,
  pageDirectory,
  host: givenHost = loopbackAddress(),
  port: requestedPort,
  token: givenToken,
  requireToken = false,
  allowedHosts = [],
  onCommand,
  controls = () => false,
  diskErrorOf = () => null,
  onError = (error) => console.error(error),
  pollInterval = 250,
  maxClients = 1000,
  ackTimeout = 30_000,
}: StartServerOptions): Promise<RunningServer> {
  await requireFolder(runsDirectory, 'runs');
  // Nobody has named the usual one, so that a file of that name may have nothing to do with figures.
  if (resultsDirectory !== undefined) await requireFolder(resultsDirectory, 'figures');
  // Brackets belong to URLs.
  const host = givenHost.replace(/^\[(.*)\]$/, '$1');
  const names = { host, allowedHosts: allowedHosts.map(parseAllowedHost) };
  const isExposed = !isLoopback(host) || allowedHosts.length > 0;
  const token = givenToken ?? (requireToken || isExposed ? makeToken() : undefined);
  const auth = token === undefined ? undefined : createAuth(token, onError);
  const cache = createRunCache(runsDirectory);
  const diskErrors = watchDiskErrors(diskErrorOf);
  const watcher = createRunWatcher(cache, pollInterval, { diskErrorOf: diskErrors.version, onError });
  const catalogue = createCatalogue(runsDirectory);
  const runList = createRunListWatcher(catalogue, LIST_POLL_FACTOR * pollInterval, onError);
  const figures = createFigureStore(resultsDirectory ?? DEFAULT_RESULTS_DIRECTORY);
  const api = createApi(cache, figures, { runsDirectory, catalogue, onChange: runList.poll }, sweep, controls);
  const inner = createServer(createApp(api, pageDirectory, onError));
  const dispatchCommand = createCommandDispatcher({ controls, onCommand, onError });
  const io = attachLiveServer(inner, {
    cache,
    watcher,
    onCommand: dispatchCommand,
    runList,
    maxClients,
    ackTimeout,
    diskErrorOf: diskErrors.of,
    onError,
  });
  const server = createGuardedServer(inner, names, auth);
  const connections = trackConnections(server);
  const port = await listen(server, host, requestedPort).catch(async (error: unknown) => {
    await io.close();
    throw error;
  });
  // An error such as running out of file descriptors must not end the process, which may be training.
  server.on('error', onError);

  return {
    url: `http://${urlHost(host)}:${port}/${token === undefined ? '' : `#token=${encodeURIComponent(token)}`}`,
    port,
    unreachable: await unreachableCode(server),
    close: async () => {
      await Promise.race([watcher.drain(), delay(Math.min(ackTimeout, DRAIN_TIMEOUT), undefined, { ref: false })]);
      watcher.close();
      runList.close();
      io.disconnectSockets(true);
      const closed = Promise.all([io.close(), stopListening(server)]);
      server.closeAllConnections();
      const timer = setTimeout(() => connections.destroyAll(), CLOSE_TIMEOUT);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createApp(api: Router, pageDirectory: string | undefined, onError: (error: unknown) => void): Express {
  const app = express()
    .disable('x-powered-by')
    .disable('etag')
    .set('query parser', 'simple')
    .use(secureHeaders())
    .use(compression());
  app.get('/healthz', (_, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  app.use('/api', api);
  if (pageDirectory !== undefined) app.use(createStaticFiles(pageDirectory));
  app.use(() => {
    throw new HttpError(404, 'not found');
  });
  app.use(createErrorHandler(onError));
  return app;
}

/** Resolves when the last connection has ended. */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

/** The host as a URL writes it, and one that a browser can open. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
