export { findCycle } from './find-cycle.js';
export { temporaryFolder } from './temporary-folder.js';
export { eventually, waitUntil } from './waiting.js';
