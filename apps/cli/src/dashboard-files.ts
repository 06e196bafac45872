import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const DASHBOARD = '@fdr/dashboard';

/**
 * The folder that the dashboard's build writes its page to. The package is searched for by its folder, because Node only
 * resolves a file of a package that exists, and the page may be built later.
 *
 * @returns undefined if the package is not installed
 */
export function dashboardDirectory(): string | undefined {
  const roots = createRequire(import.meta.url).resolve.paths(DASHBOARD) ?? [];
  const installed = roots.map((root) => join(root, DASHBOARD)).find((folder) => existsSync(folder));
  return installed === undefined ? undefined : join(installed, 'dist');
}
