import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../run-store/test/sample.js';
import { startTestServer } from './test-server.js';

const PAGE_ROUTES = ['/', '/runs/mine', '/runs/20190506-143000.x', '/compare?a=1'];

/** Builds a page as the dashboard's build does: `index.html`, and assets named by their content. */
async function buildPage(directory: string): Promise<void> {
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>The page</title>');
  await writeFile(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(directory, 'assets', 'main-1a2b.js'), 'export {};');
}

async function startPageServer() {
  const pageDirectory = await temporaryFolder();
  await buildPage(pageDirectory);
  return { ...(await startTestServer({ pageDirectory })), pageDirectory };
}

describe('the page', () => {
  it('is served on every route that is not a file, under a strict content security policy', async () => {
    const { get } = await startPageServer();
    for (const path of PAGE_ROUTES) {
      const { status, headers, text } = await readAll(await get(path));
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toBe('<!doctype html><title>The page</title>');
      expect(headers.get('cache-control')).toBe('no-cache');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
      expect(policy).not.toContain('unsafe-eval');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('strict-transport-security')).toBeNull();
    }
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
  });

  it('has assets that are cached for ever, and files that are not', async () => {
    const { get } = await startPageServer();
    const asset = await get('/assets/main-1a2b.js');
    expect([asset.status, await asset.text()]).toEqual([200, 'export {};']);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const icon = await get('/favicon.svg');
    expect([icon.status, icon.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  });

  it('is not served in place of a missing asset, or to a client that wants no HTML', async () => {
    const { get } = await startPageServer();
    expect((await get('/assets/none.js')).status).toBe(404);
    expect((await get('/data', { headers: { accept: 'application/json' } })).status).toBe(404);
  });

  it('does not give access to files outside its folder', async () => {
    const outer = await temporaryFolder();
    await writeFile(join(outer, 'secret.txt'), 'secret');
    await buildPage(join(outer, 'page'));
    const { get } = await startTestServer({ pageDirectory: join(outer, 'page') });
    for (const path of [
      '/..%2fsecret.txt',
      '/%2e%2e%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/..%5csecret.txt',
    ]) {
      expect(await (await get(path)).text()).not.toContain('secret');
    }
  });

  it('says that it is not built, and is served as soon as it is, without a restart', async () => {
    const pageDirectory = join(await temporaryFolder(), 'dist');
    const { get } = await startTestServer({ pageDirectory });
    for (const path of PAGE_ROUTES) {
      const { status, headers, text } = await readAll(await get(path));
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain('The dashboard is not built');
    }
    expect((await get('/assets/main-1a2b.js')).status).toBe(404);
    await buildPage(pageDirectory);
    expect(await (await get('/runs/mine')).text()).toContain('The page');
    expect((await get('/assets/main-1a2b.js')).status).toBe(200);
  });

  it('may lie behind a link, as an installed workspace does', async () => {
    const folder = await temporaryFolder();
    await buildPage(join(folder, 'dist'));
    await symlink(join(folder, 'dist'), join(folder, 'link'));
    const { get } = await startTestServer({ pageDirectory: join(folder, 'link') });
    expect(await (await get('/')).text()).toContain('The page');
    expect((await get('/assets/main-1a2b.js')).status).toBe(200);
  });

  it('is not served by a server without a page folder', async () => {
    const { get } = await startTestServer();
    expect((await get('/')).status).toBe(404);
    expect((await get('/api/runs')).status).toBe(200);
  });
});

async function readAll(response: Response) {
  return { status: response.status, headers: response.headers, text: await response.text() };
}
