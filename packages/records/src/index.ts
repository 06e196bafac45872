export { acknowledgement, command, type Acknowledgement, type Command } from './command.js';
export { epochRecord, layerBalance, type EpochRecord, type LayerBalance } from './epoch.js';
export { eventRecord, type EventRecord } from './event.js';
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
  environment,
  run,
  runConfig,
  runId,
  runStatus,
  SCHEMA_VERSION,
  type Environment,
  type Run,
  type RunConfig,
  type RunStatus,
} from './run.js';
export { possibleGain, stationaryFloor, valleyFloor, type ValleyFloor } from './valley-floor.js';
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
