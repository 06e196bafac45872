// What computes, apart from what starts and records: loading it loads TensorFlow.js.
export { readSnapshot } from './checkpoint-snapshot.js';
export { openTask, type OpenTask } from './open-task.js';
export { networkFor } from './registry/models.js';
export { describeThrown } from './worker-main.js';
