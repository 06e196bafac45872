// What computes, apart from what starts and records: loading it loads TensorFlow.js.
export { openTask, type OpenTask } from './open-task.js';
export { networkFor } from './registry/models.js';
export { describeThrown } from './worker-main.js';
