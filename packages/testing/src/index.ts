export { eventually } from './eventually.js';
export { findCycle } from './find-cycle.js';
export { waitUntil } from './wait-until.js';
