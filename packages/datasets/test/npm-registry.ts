import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import type { EnvironmentVariables } from '../src/data-folders.js';
import { writeFiles, type Files } from './temporary-folder.js';

/** How the registry answers a request for the tarball; a number is that of the bytes after which the connection is cut. */
export type Answer =
  | 'whole'
  | 'cut'
  | 'redirect'
  | 'not-there'
  | 'other-bytes'
  | 'error'
  | 'stalled'
  | 'endless-redirect'
  | 'short'
  | number;

export interface Registry {
  /** Variables that make npm use this registry, without a pause between its attempts. */
  readonly environment: EnvironmentVariables;
  /** Paths of the requests, in order. */
  readonly requests: readonly string[];
}

/** The integrity of these bytes, as npm writes it. */
export const integrityOf = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** Packs files into a package's tarball. */
export async function packTarball(files: Files): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'fdr-package-'));
  try {
    await writeFiles(folder, files);
    const file = join(folder, 'packed.tgz');
    await create({ gzip: true, file, cwd: folder, prefix: 'package' }, Object.keys(files));
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Starts a registry on this machine that has one package.
 *
 * @param answers to the requests for the tarball, in order; the last one also answers all later requests
 */
export async function startRegistry(
  { name, version }: { readonly name: string; readonly version: string },
  tarball: Uint8Array,
  answers: readonly Answer[],
): Promise<Registry> {
  const requests: string[] = [];
  let served = 0;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    requests.push(path);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (path === `/${name}`) {
      const dist = { integrity: integrityOf(tarball), tarball: `${url}/tarball` };
      const versions = { [version]: { name, version, dist } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));
      return;
    }
    if (path === '/moved') {
      sendTarball('whole', tarball, url, response);
      return;
    }
    const answer = answers[served] ?? answers.at(-1) ?? 'whole';
    served += 1;
    sendTarball(answer, tarball, url, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { environment: npmEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requests };
}

function sendTarball(answer: Answer, tarball: Uint8Array, url: string, response: ServerResponse): void {
  if (typeof answer === 'number') {
    response.writeHead(200, { 'content-length': tarball.length });
    response.write(tarball.subarray(0, answer), () => response.destroy());
    return;
  }
  switch (answer) {
    case 'whole':
      response.end(tarball);
      break;
    case 'cut':
      sendTarball(tarball.length >> 1, tarball, url, response);
      break;
    case 'redirect':
      response.writeHead(302, { location: `${url}/moved` }).end();
      break;
    case 'not-there':
      response.writeHead(404).end();
      break;
    case 'other-bytes':
      response.end(Buffer.from(tarball).fill(0, 100));
      break;
    case 'error':
      response.writeHead(500).end('<html>');
      break;
    case 'stalled':
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, 10));
      break;
    case 'endless-redirect':
      response.writeHead(302, { location: `${url}/tarball` }).end();
      break;
    case 'short':
      response.writeHead(200, { 'content-length': tarball.length - 10 });
      response.end(tarball.subarray(0, tarball.length - 10));
      break;
    default:
      answer satisfies never;
  }
}

/** This process's variables, with this registry for npm. */
export function npmEnvironment(registry: string): EnvironmentVariables {
  return {
    ...process.env,
    npm_config_registry: registry,
    npm_config_noproxy: '127.0.0.1',
    npm_config_fetch_retry_mintimeout: '1',
    npm_config_fetch_retry_maxtimeout: '1',
  };
}
