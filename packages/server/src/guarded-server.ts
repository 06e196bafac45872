import { Buffer } from 'node:buffer';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Auth } from './auth.js';
import { rejectionReason, type ServerNames } from './origin-check.js';

type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'unauthorized'; readonly auth: Auth };

/**
 * Creates a server that checks Host, Origin and token of every request and every upgrade, and passes those that are allowed
 * on to an inner server. The inner server never listens, so no route of it can be reached past the checks.
 *
 * @param inner handles what is allowed
 * @param names by which the server may be reached
 * @param auth undefined: no token is required
 */
export function createGuardedServer(inner: Server, names: ServerNames, auth: Auth | undefined): Server {
  function check(request: IncomingMessage): Verdict {
    const reason = rejectionReason(request, names);
    if (reason !== undefined) return { kind: 'rejected', reason };
    return auth === undefined || auth.isAuthorized(request) ? { kind: 'allowed' } : { kind: 'unauthorized', auth };
  }

  // `requireHostHeader` is off because the origin check answers a missing Host with a better text.
  const server = createServer({ requireHostHeader: false, headersTimeout: 10_000, requestTimeout: 30_000 });
  server.on('request', (request, response) => {
    const verdict = check(request);
    switch (verdict.kind) {
      case 'allowed':
        inner.emit('request', request, response);
        break;
      case 'rejected':
        rejectRequest(response, verdict.reason);
        break;
      case 'unauthorized':
        verdict.auth.loginApp(request, response);
        break;
      default:
        verdict satisfies never;
    }
  });
  server.on('upgrade', (request, socket, head) => {
    const verdict = check(request);
    switch (verdict.kind) {
      case 'allowed':
        inner.emit('upgrade', request, socket, head);
        break;
      case 'rejected':
        rejectUpgrade(socket, '403 Forbidden', verdict.reason);
        break;
      case 'unauthorized':
        rejectUpgrade(socket, '401 Unauthorized', 'this server requires its token');
        break;
      default:
        verdict satisfies never;
    }
  });
  return server;
}

function rejectRequest(response: ServerResponse, reason: string): void {
  response.writeHead(403, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(`${reason}\n`);
}

function rejectUpgrade(socket: Duplex, status: string, reason: string): void {
  const body = `${reason}\n`;
  const head = [
    `HTTP/1.1 ${status}`,
    'connection: close',
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
