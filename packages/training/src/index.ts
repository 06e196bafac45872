export { BACKENDS, makeExecutor, resolveBackend, type Backend } from './backends/executor.js';
export { DEFAULT_CONFIG, defaultConfig, defaultOptimizer, defaultSchedule } from './default-config.js';
export type { Outcome } from './persist-messages.js';
export { makeSchedule } from './registry/schedules.js';
export { resumePoint } from './resume-point.js';
export { resumeSession, startSession, type Session, type SessionListeners } from './session.js';
export { TrainingError } from './training-error.js';
export { version } from './version.js';
export type { WorkerMessage } from './worker-messages.js';
