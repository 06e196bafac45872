import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><title>FDR</title>
<h1>The dashboard is not built</h1>
<p>Build it with <code>npm run build</code>, then reload this page. The runs are at <a href="/api/runs">/api/runs</a>.</p>
</html>
`;

/**
 * Serves the built page: its files, and its `index.html` on every other route, because the page has a router of its own.
 *
 * @param pageDirectory the folder of `index.html` and `assets/`. It may be built while the server runs: until then, a page
 *   says that it is missing.
 */
export function createStaticFiles(pageDirectory: string): Router {
  const router = Router();
  router.use(express.static(pageDirectory, { index: false, etag: true, setHeaders: setCaching }));
  router.get('/{*path}', (request, response, next) => {
    // A missing asset must not be answered with the page.
    if (request.path.startsWith('/assets/') || !request.accepts('html')) {
      next();
      return;
    }
    response.set('Cache-Control', 'no-cache');
    if (existsSync(join(pageDirectory, 'index.html'))) response.sendFile('index.html', { root: pageDirectory });
    else response.type('html').send(NOT_BUILT);
  });
  return router;
}

/** Assets never change, because the build names them by a hash of their content. */
function setCaching(response: express.Response, path: string): void {
  const isAsset = /[\\/]assets[\\/]/.test(path);
  response.set('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
}
