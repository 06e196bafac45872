import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
const AUTHORITY = /^(?<name>\[[0-9a-f:.]+\]|[^:@/?#\s]+?)\.?(?::(?<port>\d{1,5}))?$/;

/** Whether a host listens to nobody but this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host));
}

/**
 * Why a request is refused, or undefined where it may pass. A page of another site can make a browser send requests here;
 * it can't forge two things, the `Host` it believes to talk to (which gives a rebound name away) and the `Origin` it
 * comes from. Both must be ours, port included.
 *
 * @param host the server listens on
 */
export function refusal(request: IncomingMessage, host: string): string | undefined {
  const port = request.socket.localPort;
  const names = ownNames(host, request.socket.localAddress);
  const hosts = request.headersDistinct['host'] ?? [];
  const [asked] = hosts;
  if (hosts.length !== 1 || asked === undefined || !isOurs(asked, names, port)) {
    return `Host ${shown(hosts.join(', '))} is not this server: open http://${names[0]}:${port} (through a tunnel, with the same port on both ends)`;
  }
  const origins = request.headersDistinct['origin'] ?? [];
  for (const origin of origins) {
    if (!origin.startsWith('http://') || !isOurs(origin.slice('http://'.length), names, port)) {
      return `Origin ${shown(origin)} may not use this server`;
    }
  }
  if (isForeignFetch(request)) return 'a page of another site may not use this server';
  return undefined;
}

/** For requests that bear no Origin (`<script src>`, `<img>`, a frame), browsers tell where they come from. A link may lead here. */
function isForeignFetch({ method, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return !(method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document');
}

/** The names by which a browser may rightly know this server. A name that only DNS vouches for is not among them. */
function ownNames(host: string, localAddress: string | undefined): string[] {
  if (isLoopback(host)) return LOOPBACK;
  const reached = localAddress?.replace(/^::ffff:/, '') ?? host;
  return [...new Set([bracketed(reached), bracketed(host), hostname().toLowerCase(), ...LOOPBACK])];
}

function isOurs(authority: string, names: readonly string[], port: number | undefined): boolean {
  const groups = AUTHORITY.exec(authority.toLowerCase())?.groups;
  return groups !== undefined && names.includes(groups['name'] ?? '') && Number(groups['port'] ?? 80) === port;
}

function bracketed(host: string): string {
  const name = host.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
