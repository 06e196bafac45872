import { ServerError } from './server-error.js';

/** A name by which a proxy is reached that passes requests on to this server. */
export interface AllowedHost {
  /** In lower case, an IPv6 address in brackets. */
  readonly name: string;
  /** Undefined: the usual port, 80 for http and 443 for https. */
  readonly port: number | undefined;
}

/** The ports that a browser leaves out. */
const USUAL_PORTS = { http: 80, https: 443 } as const;
const WRITTEN = /^(?<name>\[[0-9a-f:.]+\]|[^\s:@/?#[\]*]+?)\.?(?::(?<port>\d{1,5}))?$/i;

/**
 * Reads `NAME` or `NAME:PORT`.
 *
 * @throws {ServerError} if it is neither; a pattern is none
 */
export function parseAllowedHost(text: string): AllowedHost {
  const groups = WRITTEN.exec(text)?.groups;
  const port = groups?.['port'] === undefined ? undefined : Number(groups['port']);
  const url = `http://${groups?.['name'] ?? ''}/`;
  if (groups === undefined || !URL.canParse(url) || port === 0 || (port ?? 0) > 65535)
    throw new ServerError(
      `an allowed host must be a name or a name:port, such as lab.example.org or lab.example.org:8443, not ${JSON.stringify(text.slice(0, 100))}`,
    );
  // As a browser writes it: international names in ASCII.
  return { name: new URL(url).hostname, port };
}

/** Whether a `Host` of this name and port names an allowed host. It does not tell the scheme. */
export function isAllowedHost(hosts: readonly AllowedHost[], name: string, port: number | undefined): boolean {
  return (
    isAllowedAt(hosts, name, port ?? USUAL_PORTS.http, 'http') ||
    isAllowedAt(hosts, name, port ?? USUAL_PORTS.https, 'https')
  );
}

/** Whether an `Origin` of this scheme, name and port is an allowed host's. */
export function isAllowedAt(
  hosts: readonly AllowedHost[],
  name: string,
  port: number | undefined,
  scheme: keyof typeof USUAL_PORTS,
): boolean {
  const usual = USUAL_PORTS[scheme];
  return hosts.some((host) => host.name === name && (host.port ?? usual) === (port ?? usual));
}
