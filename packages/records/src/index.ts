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
  panelRecord,
  verdict,
  type Claim,
  type FigureList,
  type FigureRecord,
  type FigureSummary,
  type PanelRecord,
  type Verdict,
} from './figure.js';
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
} from './run.js';
export { SNAPSHOT_VERSION, snapshotState, type SnapshotState } from './snapshot.js';
export {
  epochList,
  epochMessage,
  eventList,
  eventMessage,
  position,
  runList,
  runMessage,
  runSummary,
  stepBuckets,
  stepsMessage,
  subscription,
  type ClientEvents,
  type EpochList,
  type EpochMessage,
  type EventList,
  type EventMessage,
  type Position,
  type RunList,
  type RunMessage,
  type RunSummary,
  type ServerEvents,
  type StepBuckets,
  type StepsMessage,
  type Subscription,
} from './wire.js';
