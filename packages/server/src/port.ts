import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServerError } from './server-error.js';
import { errorCode } from '@fdr/run-store';

/** Where the dashboard is looked for first. */
export const DEFAULT_PORT = 6060;
const ATTEMPTS = 50;

/**
 * Makes a server listen and says on which port.
 *
 * @param port asked for; undefined: the default one, or the next that is free; 0: any free one
 * @throws {ServerError} where the port asked for can't be had, saying why
 */
export async function listen(
  server: Server,
  host: string,
  port: number | undefined,
  first = DEFAULT_PORT,
): Promise<number> {
  const last = port ?? first + ATTEMPTS - 1;
  for (let candidate = port ?? first; ; candidate++) {
    try {
      const listening = once(server, 'listening');
      server.listen({ host, port: candidate });
      await listening;
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'EADDRINUSE')
        throw new ServerError(`can't listen on ${host}, port ${candidate}: ${reason(code)}`, { cause: error });
      if (port !== undefined)
        throw new ServerError(`port ${port} is in use on ${host}: stop what listens there, or choose another port`);
      if (candidate >= last)
        throw new ServerError(`ports ${first} to ${last} are all in use on ${host}: choose one with --port`);
    }
  }
}

function reason(code: string | undefined): string {
  if (code === 'EACCES') return 'that port is reserved for the system (EACCES)';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address (EADDRNOTAVAIL)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no such host (${code})`;
  return code ?? 'unknown error';
}
