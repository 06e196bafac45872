export { findCycle } from './find-cycle.js';
export { eventually, waitUntil } from './waiting.js';
