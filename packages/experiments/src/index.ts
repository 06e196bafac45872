// What runs jobs and draws figures; what only plans them is in planning.ts.
export { curvatureRecord } from './curvature/record.js';
export { chooseExecutor, type ExecutorChoice } from './choose-executor.js';
export { runExperiment, type ExperimentListener, type ExperimentOptions } from './experiment.js';
export type { Failure, JobChange, PoolOutcome } from './job-pool.js';
export type { Job } from './job.js';
export { writeFigure, type FigureResult } from './paper/write-figure.js';
export { createPreviews } from './previews.js';
export { pictureFiles, writeFiles } from './write-files.js';
export { runJob } from './run-job.js';
export { readRunRecords } from './run-records.js';
export { cancelSweep } from './sweep/cancel.js';
export { logFile } from './failure-file.js';
export { sweepStatus, type SweepStatus } from './sweep/status.js';
export { storeSweep } from './sweep/stored-plan.js';
export { collectSweep } from './sweep/write-collected.js';
export { runIdOf } from './job.js';
