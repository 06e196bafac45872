import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const AUTHORITY = /^(?<name>\[[0-9a-f:.]+\]|[^:@/?#\s]+?)\.?(?::(?<port>\d{1,5}))?$/;

/** @returns whether only this machine can reach a server that listens on `host` */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host));
}

/**
 * Checks that a request does not come from a page of another site, which can make a browser send requests to this server.
 * Such a page can forge neither `Host`, which reveals a rebound DNS name, nor `Origin`. Both must name this server,
 * including its port.
 *
 * @param host the host that the server listens on
 * @returns why the request is rejected, or undefined if it is allowed
 */
export function rejectionReason(request: IncomingMessage, host: string): string | undefined {
  const port = request.socket.localPort;
  const names = ownNames(host, request.socket.localAddress);
  const hosts = request.headersDistinct['host'] ?? [];
  const [requestHost] = hosts;
  if (hosts.length !== 1 || requestHost === undefined || !isOwn(requestHost, names, port)) {
    return `Host ${quoted(hosts.join(', '))} is not this server: open http://${names[0]}:${port} (through a tunnel, with the same port on both ends)`;
  }
  const origins = request.headersDistinct['origin'] ?? [];
  for (const origin of origins) {
    if (!origin.startsWith('http://') || !isOwn(origin.slice('http://'.length), names, port)) {
      return `Origin ${quoted(origin)} may not use this server`;
    }
  }
  if (isCrossSiteFetch(request)) return 'a page of another site may not use this server';
  return undefined;
}

/**
 * Browsers send no `Origin` with some requests of a page (`<script src>`, `<img>`, a frame), but they send `Sec-Fetch-Site`.
 * Following a link from another site is allowed.
 */
function isCrossSiteFetch({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return !(method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** The names that a browser may have for this server. A name that only DNS vouches for is not among them. */
function ownNames(host: string, localAddress: string | undefined): string[] {
  if (isLoopback(host)) return LOOPBACK;
  const address = localAddress?.replace(/^::ffff:/, '') ?? host;
  return [...new Set([bracketed(address), bracketed(host), hostname().toLowerCase(), ...LOOPBACK])];
}

function isOwn(authority: string, names: readonly string[], port: number | undefined): boolean {
  const groups = AUTHORITY.exec(authority.toLowerCase())?.groups;
  return groups !== undefined && names.includes(groups['name'] ?? '') && Number(groups['port'] ?? 80) === port;
}

function bracketed(host: string): string {
  const name = host.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
