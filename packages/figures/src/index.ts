export { figures, figuresOf } from './catalogue.js';
export { drops, eventText, reasonText, type Drop } from './event-text.js';
export type { Drawing, Figure } from './figure.js';
export { numberText, percentText } from './number-text.js';
export { approachPanels, relaxationPanels } from './paper/approach.js';
export { balancePanel, comparisonPanels, CONTENDER_COLORS, type Contender } from './paper/comparison.js';
export { recordPanels, recordedPanels } from './paper/panel-record.js';
export { panelOption, panelsOption, panelsSize, panelsTable, type Panel } from './paper/panels.js';
export { replayPanels, type Replay } from './paper/replay.js';
export { secondRelationPanels, type Relation, type RelationPoint } from './paper/second-relation.js';
export { epochsDone, visibleEpochs, type RunRecords, type View } from './run-records.js';
export type { Range, Scale } from './scale.js';
export {
  appendBuckets,
  appendRows,
  bucketCount,
  createStepSeries,
  type BucketColumn,
  type StepSeries,
} from './step-series.js';
export { csv, type Table } from './table.js';
export { THEMES, type Theme, type ThemeName } from './theme.js';
