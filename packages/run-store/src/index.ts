// Reading runs.
export { listRuns, type StoredRuns } from './run-list.js';
export { createCatalogue, type Catalogue } from './catalogue/catalogue.js';
export { groupRuns } from './catalogue/groups.js';
export { selectRuns, type RunQuery } from './catalogue/select.js';
export { type DamagedRun } from './run-folders.js';
export { findRun } from './find-run.js';
export { readFinishedRun, type FinishedRun } from './finished-run.js';
export { openRun, type RunReader } from './run-reader.js';
export { type JsonlFile } from './jsonl-file.js';
export { type SkippedLine } from './jsonl-scanner.js';
export { readStepBlocks, type StepBlock } from './step-blocks.js';
export { listCheckpoints, type CheckpointFile } from './checkpoint-files.js';
export {
  isFiniteEverywhere,
  readCheckedCheckpoint,
  readCheckpoint,
  type Checkpoint,
  type CheckpointHeader,
  type RecordCounts,
  type StoredCheckpoint,
} from './checkpoint.js';
export { tensorsChecksum } from './row-tensors.js';
export { readCommands } from './command-log.js';
export { type StoredTensor, type StoredTensors } from './safetensors.js';

// What a person says of a run, and where it goes when it is removed.
export { changeLabels } from './labels.js';
export { emptyTrash, listTrash, removeRun, restoreRun } from './trash.js';

// Writing a run.
export { makeRunId } from './run-id.js';
export { claimRun, type RunClaim } from './run-claim.js';
export { type RollbackPoint } from './rollback.js';
export { continueRun, createRun, NO_RECORDS, type RunWriter } from './run-writer.js';
export { type Retention } from './retention.js';

// Files and folders, treated with the same care elsewhere.
export { locateRun, openRunFile, readAt } from './paths.js';
export { writeFileAtomically } from './atomic-write.js';
export { activeLockHolder, lockFolder, removeForeignLock } from './lock.js';
export { describeIssue } from './issue.js';
export { errorCode, RunFolderError } from './run-folder-error.js';
