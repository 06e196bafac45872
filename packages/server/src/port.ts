import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { errorCode } from '@fdr/run-store';
import { ServerError } from './server-error.js';

/** The first port that the server tries when none is given. */
export const DEFAULT_PORT = 6060;
const MAX_ATTEMPTS = 50;
/** Milliseconds in which this machine tells whether it can connect to itself. */
const CONNECT_TIMEOUT = 1000;

/**
 * Makes a server listen.
 *
 * @param port undefined: the first free one of the 50 ports from `firstPort` on; 0: any free one
 * @returns the port that the server listens on
 * @throws {ServerError} if the port is in use, reserved, or the host is not an address of this machine
 */
export async function listen(
  server: Server,
  host: string,
  port: number | undefined,
  firstPort: number = DEFAULT_PORT,
): Promise<number> {
  const lastPort = firstPort + MAX_ATTEMPTS - 1;
  let candidate = port ?? firstPort;
  while (!(await tryListen(server, host, candidate))) {
    if (port !== undefined)
      throw new ServerError(`port ${port} is in use on ${host}: stop what listens there, or choose another port`);
    if (candidate >= lastPort)
      throw new ServerError(`ports ${firstPort} to ${lastPort} are all in use on ${host}: choose one with --port`);
    candidate++;
  }
  return portOf(server);
}

/** Why this machine can't connect to a server of its own that listens: the system's code; undefined if it can, or is too busy to tell. */
export async function unreachableCode(server: Server): Promise<string | undefined> {
  const address = server.address();
  if (address === null || typeof address === 'string') return undefined;
  const connection = connect({ host: address.address, port: address.port });
  try {
    await once(connection, 'connect', { signal: AbortSignal.timeout(CONNECT_TIMEOUT) });
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ABORT_ERR' ? undefined : code;
  } finally {
    connection.destroy();
  }
}

/** @returns false if the port is in use */
async function tryListen(server: Server, host: string, port: number): Promise<boolean> {
  try {
    const listening = once(server, 'listening');
    server.listen({ host, port });
    await listening;
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EADDRINUSE') return false;
    throw new ServerError(`can't listen on ${host}, port ${port}: ${describe(code)}`, { cause: error });
  }
}

/** The port of a server that listens on TCP. */
function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen on a TCP port');
  return address.port;
}

function describe(code: string | undefined): string {
  switch (code) {
    case 'EACCES':
      return 'that port is reserved for the system (EACCES)';
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return `this machine has no such address (${code}); choose one that it has with --host, such as ::1 where there is IPv6 alone`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `there is no such host (${code})`;
    default:
      return code ?? 'unknown error';
  }
}
