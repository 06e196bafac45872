// What runs jobs and draws figures; what only plans them is in planning.ts.
export { curvatureRecord } from './curvature/record.js';
export { debugExecutor } from './executors/debug.js';
export type { MakeExecutor } from './executors/executor.js';
export { localExecutor } from './executors/local.js';
export { runExperiment, type ExperimentListener, type ExperimentOptions } from './experiment.js';
export type { Failure, JobChange } from './job-pool.js';
export type { Job } from './job.js';
export { writeFigure, type FigureResult } from './paper/write-figure.js';
export { createPreviews } from './previews.js';
export { pictureFiles, writeFiles } from './write-files.js';
export { runJob } from './run-job.js';
export { readRunRecords } from './run-records.js';
