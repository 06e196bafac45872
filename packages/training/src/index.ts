export { BACKENDS, type Backend, makeExecutor, resolveBackend } from './backends/executor.js';
export { networkFor } from './models.js';
export { openTask } from './open-task.js';
export { resumePoint } from './resume-point.js';
export { type Session, type SessionOptions, resumeSession, startSession } from './session.js';
export { describeThrown } from './worker-main.js';
export { type Report } from './worker-messages.js';
