import { fileURLToPath } from 'node:url';

/** Options with which Node runs a TypeScript source. */
export const NODE_OPTIONS = [
  '--conditions=@fdr/source',
  '--import',
  fileURLToPath(new URL('../../../register.mjs', import.meta.url)),
] as const;
