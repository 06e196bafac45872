export { isLoopback } from './origin-check.js';
export { DEFAULT_PORT } from './port.js';
export { ServerError } from './server-error.js';
export { DEFAULT_RESULTS_DIRECTORY, type RunningServer, startServer } from './server.js';
