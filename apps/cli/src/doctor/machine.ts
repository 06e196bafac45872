import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { version } from '@fdr/training';

const PACKAGES = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  'onnxruntime-node',
  'express',
  'socket.io',
] as const;
const require = createRequire(import.meta.url);

/** This machine, and what is installed on it. */
export interface Machine {
  readonly fdr: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  /** Version by package; null where it is not installed. */
  readonly packages: Readonly<Record<string, string | null>>;
  /** Whether the dashboard's page has been built. */
  readonly dashboard: boolean;
}

/** Describes this machine and what is installed on it. */
export function describeMachine(): Machine {
  return {
    fdr: version(),
    node: process.versions.node,
    platform: `${platform()}-${arch()}`,
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 1e8) / 10,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
    dashboard: dashboardBuilt(),
  };
}

/** Read from the package's folder: the `exports` of many packages hide their package.json. */
function packageVersion(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = join(folder, name, 'package.json');
    if (existsSync(manifest)) return (require(manifest) as { version: string }).version;
  }
  return null;
}

/** The `exports` of the dashboard hold the built page, and resolve only once it is there. */
function dashboardBuilt(): boolean {
  try {
    return existsSync(require.resolve('@fdr/dashboard/index.html'));
  } catch {
    return false;
  }
}
