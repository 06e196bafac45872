import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  private: z.boolean().default(false),
  exports: z.record(z.string(), z.unknown()).default({}),
});

/** A workspace that can be published. */
export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  /** Relative to the root. */
  readonly folder: string;
  /** What a program may import of it: `@fdr/core/relations`. */
  readonly entries: readonly string[];
}

/** Entries with types are modules; the others are files such as `package.json`. */
const isModule = (target: unknown): boolean => typeof target === 'object' && target !== null && 'types' in target;

/** Every workspace that is not private. */
export function publishedPackages(): PublishedPackage[] {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).flatMap((child) => {
      const folder = join(parent, child);
      const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')));
      if (manifest.private) return [];
      const modules = Object.entries(manifest.exports).filter(([, target]) => isModule(target));
      const { name, version } = manifest;
      return { name, version, folder, entries: modules.map(([path]) => name + path.slice(1)) };
    }),
  );
}

/** Packs them into a folder. @returns the path of each tarball, in the same order. */
export async function packInto(packages: readonly PublishedPackage[], folder: string): Promise<string[]> {
  const workspaces = packages.flatMap(({ name }) => ['--workspace', name]);
  await run('npm', ['pack', '--pack-destination', folder, ...workspaces], { cwd: ROOT });
  return packages.map(({ name, version }) => join(folder, `${name.slice(1).replace('/', '-')}-${version}.tgz`));
}
