export {
  acknowledgement,
  appliedCommand,
  command,
  type Acknowledgement,
  type AppliedCommand,
  type Command,
} from './command.js';
export { epochRecord, layerBalance, type EpochRecord, type LayerBalance } from './epoch.js';
export { eventRecord, type EventRecord, type LearningRateReason } from './event.js';
export {
  claim,
  figureId,
  figureList,
  figureRecord,
  figureSummary,
  measurement,
  panelRecord,
  verdict,
  type Claim,
  type FigureList,
  type FigureRecord,
  type FigureSummary,
  type Measurement,
  type PanelRecord,
  type Tolerance,
  type Verdict,
} from './figure.js';
export { runLabels, type RunLabels } from './labels.js';
export { anyNumber } from './number-codec.js';
export {
  OPTIMIZER_OPTIONS,
  optimizerConfig,
  type OptimizerConfig,
  type OptimizerKind,
  type OptimizerOptions,
} from './optimizer.js';
export {
  optionSchema,
  type ChoiceOption,
  type KindConfig,
  type NumberOption,
  type OptionTable,
  type OptionValues,
  type Range,
  type Settings,
} from './options.js';
export {
  SCHEDULE_OPTIONS,
  scheduleConfig,
  type ScheduleConfig,
  type ScheduleKind,
  type ScheduleOptions,
} from './schedule.js';
export {
  environment,
  EPOCHS,
  isActive,
  LEARNING_RATE,
  run,
  runConfig,
  runId,
  runStatus,
  SCHEMA_VERSION,
  SEED,
  WEIGHT_DECAY,
  type Environment,
  type Run,
  type RunConfig,
  type RunStatus,
  type Sampling,
} from './run.js';
export {
  MAX_ROW_LOSSES,
  runGroup,
  runGroupPage,
  runListMessage,
  runPage,
  runRow,
  type RunGroup,
  type RunGroupPage,
  type RunListMessage,
  type RunPage,
  type RunRow,
} from './run-row.js';
export { SNAPSHOT_VERSION, snapshotState, type SnapshotState } from './snapshot.js';
export { decodeStepBuckets, encodeStepBuckets, type ColumnBuckets, type StepBuckets } from './step-buckets.js';
export {
  jobState,
  sweepOutline,
  sweepProgress,
  type JobState,
  type SweepOutline,
  type SweepProgress,
} from './sweep-view.js';
export {
  epochList,
  epochMessage,
  eventList,
  eventMessage,
  position,
  runMessage,
  runSummary,
  stepsMessage,
  subscription,
  type ClientEvents,
  type EpochList,
  type EpochMessage,
  type EventList,
  type EventMessage,
  type Position,
  type RunMessage,
  type RunSummary,
  type ServerEvents,
  type StepsMessage,
  type Subscription,
} from './wire.js';
