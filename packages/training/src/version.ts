import { createRequire } from 'node:module';

/** The version of FDR, from this package's manifest. */
export function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
