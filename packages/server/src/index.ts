export { isLoopback } from './origin-check.js';
export { DEFAULT_PORT } from './port.js';
export { RESULTS, type RunningServer, startServer } from './server.js';
export { ServerError } from './server-error.js';
