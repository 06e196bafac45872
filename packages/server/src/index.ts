import type { RunningServer, StartServerOptions } from './server.js';

export { DEFAULT_RESULTS_DIRECTORY } from './figure-store.js';
export { loopbackAddress } from './loopback-address.js';
export { isLoopback } from './origin-check.js';
export { DEFAULT_PORT } from './port.js';
export { ServerError } from './server-error.js';
export type { RunningServer } from './server.js';
export type { ServedSweep } from './served-sweep.js';
export { tokenFault } from './token.js';

/** As `startServer` of `server.ts`. Express and socket.io, which are slow to load, are loaded only here. */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  return (await import('./server.js')).startServer(options);
}
