import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';

const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><title>FDR</title>
<h1>The dashboard is not built</h1>
<p>Build it with <code>npm run build</code>, then reload this page. The runs are at <a href="/api/runs">/api/runs</a>.</p>
</html>
`;

/** The built dashboard: its files, and its page for every route that is the page's own. */
export function createPage(): Router {
  const router = Router();
  let files: { folder: string; serve: express.Handler } | undefined;

  /** Looked for at each request until found, so that a build under way need not be waited for. */
  function dashboard() {
    const folder = files?.folder ?? dashboardFolder();
    if (folder === undefined) return undefined;
    return (files ??= { folder, serve: express.static(folder, { index: false, etag: true, setHeaders: setCaching }) });
  }

  router.use((request, response, next) => {
    const found = dashboard();
    if (found === undefined) next();
    else found.serve(request, response, next);
  });
  router.get('/{*path}', (request, response, next) => {
    // A missing file of the build must not be answered with the page.
    if (request.path.startsWith('/assets/') || !request.accepts('html')) {
      next();
      return;
    }
    response.set('Cache-Control', 'no-cache');
    const found = dashboard();
    if (found === undefined) response.type('html').send(NOT_BUILT);
    else response.sendFile('index.html', { root: found.folder });
  });
  return router;
}

function dashboardFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('@fdr/dashboard/index.html'));
  } catch {
    return undefined;
  }
}

/** The build names its assets by their content: they never change. */
function setCaching(response: express.Response, path: string): void {
  const isAsset = /[\\/]assets[\\/]/.test(path);
  response.set('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
}
