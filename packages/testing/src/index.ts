export { findCycle } from './find-cycle.js';
export { countInputs, everyFlip, everyPrefix, holdsFor } from './inputs.js';
export { temporaryFolder } from './temporary-folder.js';
export { eventually, waitUntil } from './waiting.js';
export { hasSmallDisks, smallDisk, type SmallDisk } from './small-disk.js';
