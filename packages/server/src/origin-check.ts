import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { isAllowedAt, isAllowedHost, type AllowedHost } from './allowed-host.js';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
/** The names by which a server may be reached. */
export interface ServerNames {
  /** The host that the server listens on. */
  readonly host: string;
  /** Names of proxies before the server. */
  readonly allowedHosts: readonly AllowedHost[];
}

interface Authority {
  readonly name: string;
  readonly port: number | undefined;
}

const AUTHORITY = /^(?<name>\[[0-9a-f:.]+\]|[^:@/?#\s]+?)\.?(?::(?<port>\d{1,5}))?$/;

/** @returns whether only this machine can reach a server that listens on `host` */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host));
}

/**
 * Checks that a request does not come from a page of another site, which can make a browser send requests to this server.
 * Such a page can forge neither `Host`, which reveals a rebound DNS name, nor `Origin`. Both must name this server,
 * including its port, or a proxy that is allowed before it. Only a proxy speaks https.
 *
 * @returns why the request is rejected, or undefined if it is allowed
 */
export function rejectionReason(request: IncomingMessage, { host, allowedHosts }: ServerNames): string | undefined {
  const port = request.socket.localPort;
  const names = ownNames(host, request.socket.localAddress);
  const isOwn = (authority: Authority): boolean => names.includes(authority.name) && (authority.port ?? 80) === port;
  const hosts = request.headersDistinct['host'] ?? [];
  const requestHost = hosts.length === 1 ? parseAuthority(hosts[0]) : undefined;
  if (
    requestHost === undefined ||
    !(isOwn(requestHost) || isAllowedHost(allowedHosts, requestHost.name, requestHost.port))
  ) {
    return `Host ${quoted(hosts.join(', '))} is not this server: open http://${names[0]}:${port} (through a tunnel, with the same port on both ends), or start it with --allow-host for the name of a proxy`;
  }
  for (const origin of request.headersDistinct['origin'] ?? []) {
    const [, scheme, written] = /^(https?):\/\/(.*)$/.exec(origin) ?? [];
    const authority = parseAuthority(written);
    const isTrusted =
      authority !== undefined &&
      ((scheme === 'http' && isOwn(authority)) ||
        isAllowedAt(allowedHosts, authority.name, authority.port, scheme === 'http' ? 'http' : 'https'));
    if (!isTrusted) return `Origin ${quoted(origin)} may not use this server`;
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

function parseAuthority(text: string | undefined): Authority | undefined {
  const groups = AUTHORITY.exec(text?.toLowerCase() ?? '')?.groups;
  if (groups === undefined) return undefined;
  return { name: groups['name'] ?? '', port: groups['port'] === undefined ? undefined : Number(groups['port']) };
}

function bracketed(host: string): string {
  const name = host.toLowerCase();
  return name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
