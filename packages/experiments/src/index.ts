export { completedRecords } from './completed-run.js';
export { runPlan, type JobListener } from './experiment.js';
export type { Failure } from './job-pool.js';
export type { Job } from './job.js';
export { createPreviews } from './previews.js';
export { renderPng, renderSvg } from './render.js';
export { writeResult, type Result } from './results.js';
