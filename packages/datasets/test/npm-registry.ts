import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { create } from 'tar';
import { onTestFinished } from 'vitest';
import type { Environment } from '../src/data-folders.js';
import { writeFiles } from './idx-writer.js';

/** What the registry does with one request for the tarball. */
export type Answer = 'whole' | 'cut' | 'redirect' | 'not-there' | 'other-bytes';

export interface Registry {
  /** For npm, so that it asks this registry and does not wait between its attempts. */
  readonly environment: Environment;
  /** Paths asked for, in order. */
  readonly requests: readonly string[];
}

/** The integrity that npm gives to these bytes. */
export const integrityOf = (bytes: Uint8Array) => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** A package's tarball. */
export async function packTarball(files: Readonly<Record<string, Uint8Array | string>>): Promise<Buffer> {
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
 * A registry on this machine that has one package.
 *
 * @param answers to the requests for the tarball, one after another, the last one for all that follow
 */
export async function startRegistry(
  { name, version }: { readonly name: string; readonly version: string },
  tarball: Uint8Array,
  answers: readonly [Answer, ...Answer[]],
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
    const answer = path === '/moved' ? 'whole' : answers[Math.min(served++, answers.length - 1)];
    if (answer === 'redirect') response.writeHead(302, { location: `${url}/moved` }).end();
    else if (answer === 'not-there') response.writeHead(404).end();
    else if (answer === 'other-bytes') response.end(Buffer.from(tarball).fill(0, 100));
    else if (answer === 'whole') response.end(tarball);
    else {
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, tarball.length >> 1), () => response.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { environment: npmEnvironment(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), requests };
}

/** This process's variables with another registry for npm. */
export function npmEnvironment(registry: string): Environment {
  return {
    ...process.env,
    npm_config_registry: registry,
    npm_config_noproxy: '127.0.0.1',
    npm_config_fetch_retry_mintimeout: '1',
    npm_config_fetch_retry_maxtimeout: '1',
  };
}
