export { exportRun, ExportError, type ExportFormat, type ExportOptions } from './export-run.js';
export { parquet } from './parquet.js';
