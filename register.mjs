// Lets Node run the TypeScript sources in development: node --conditions=@fdr/source --import ./register.mjs FILE.ts
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

// Where the process was started is of no account: one configuration serves every workspace.
process.env.TS_NODE_PROJECT ??= fileURLToPath(new URL('tsconfig.base.json', import.meta.url));
register('ts-node/esm', import.meta.url);
