export type { Dynamics } from '../dynamics.js';
export { OptionError } from '../validate.js';
export { interval, ratioInterval, type Interval } from './confidence.js';
export { currentRate } from './current-rate.js';
export { cubicDefect, cubicRelation, type CubicWindow } from './cubic-relation.js';
export type { DeviationOnset } from './deviation.js';
export { driftWindows, nextSample, type DriftWindow, type DriftWindows } from './drift/drift-window.js';
export { epochAverages, type EpochAverages, type EpochDynamics } from './epoch-averages.js';
export { inEquilibrium, isBalanced, ratioOf, slowest, type Balance, type TwoSides } from './equilibrium-rule.js';
export {
  formatDuration,
  formatMeasured,
  formatNumber,
  formatPercent,
  formatRange,
  formatRateChange,
  formatSettings,
} from './format.js';
export { formatInterval, formatTolerance, formatVerdict } from './verdict-text.js';
export { fullBatchObservable } from './full-batch-observable.js';
export { halfRunningAverage, keptPrefixes, type HalfRunningAverage, type Readings } from './half-running-average.js';
export { identityDefect, IDENTITY_TOLERANCE, type Moment, type Window } from './identity.js';
export { anglePerStep, type AngleEpoch, type AnglePerStep } from './angle-per-step.js';
export { lawOfBalance, type LawOfBalanceEpoch, type LayersInBalance } from './law-of-balance.js';
export { layerOf } from './layer-pairs.js';
export { leastSquares } from './least-squares.js';
export { noiseScale, noiseScaleText, type NoiseScale, type NoiseScaleEpoch } from './noise-scale.js';
export { quadraticRelations, type QuadraticRelations, type Relation } from './quadratic-relations.js';
export { compareRules, type ComparedRule, type RuleComparison } from './rivals/compare-rules.js';
export { refinedSchedule, type RefinedOptions } from './rivals/refined.js';
export { sasa, type SasaOptions } from './rivals/sasa.js';
export { sasaPlus, type SasaPlusOptions } from './rivals/sasa-plus.js';
export { pflug, type PflugOptions } from './rivals/pflug.js';
export { pesme, type PesmeOptions } from './rivals/pesme.js';
export type { Beginning, RunningTest, StationarityTest } from './rivals/stationarity-test.js';
export { replayTest, type TestReplay } from './rivals/test-replay.js';
export { calibrationText, gainsOf } from './run-verdict/gain-text.js';
export { averagesBegan, windowOf } from './run-verdict/averaging-window.js';
export { decisionRows } from './run-verdict/decision.js';
export { judgeBalance, type BalanceState, type JudgedBalance } from './run-verdict/balance-state.js';
export { formatRatio } from './measured-ratio.js';
export { runVerdict, verdictRows, type RunVerdict, type VerdictState } from './run-verdict/run-verdict.js';
export { ratioScatter, scatterOfAverages, type RatioScatter } from './ratio-scatter.js';
export { runningBalance, type RunningBalance, type RunningBalanceState } from './running-balance.js';
export { runningRelation, type RunningRelation } from './running-relation.js';
export type { MeasuredBalance } from './measured-balance.js';
export { relaxationOf, relaxationSteps, relaxationText, type Relaxation } from './relaxation-time.js';
export { replayRule, type Firing, type Observation, type RuleReplay } from './schedules/rule-replay.js';
export { dynamicsOf, thresholdOf } from './run-config.js';
export { bestEpoch } from './run-status.js';
export { constant } from './schedules/constant.js';
export { cooldown } from './schedules/cooldown.js';
export { cosine } from './schedules/cosine.js';
export { equilibrium } from './schedules/equilibrium.js';
export type { TrainingHorizon } from './schedules/horizon.js';
export { linear } from './schedules/linear.js';
export { plateau } from './schedules/plateau.js';
export type { Decision, EpochEnd, Schedule, ScheduleStart, ScheduleState } from './schedules/schedule.js';
export { stationary } from './schedules/stationary.js';
export { step } from './schedules/step.js';
export { wsd } from './schedules/wsd.js';
export {
  secondRelation,
  type SecondRelation,
  type SecondRelationOptions,
  type SecondRelationPoint,
  type SecondRelationRun,
} from './second-relation.js';
export {
  averagedColumns,
  averageFault,
  beginningOf,
  readingsOf,
  rowAverages,
  type SavedAverages,
} from './saved-averages.js';
export type { Sides } from './sides.js';
export {
  calibratedSpectrum,
  predictedFullBatch,
  type GradientMoments,
  type SpectralNode,
} from './spectral-prediction.js';
export { stationaryRun } from './stationary-run.js';
export { stationaryVariance } from './stationary-variance.js';
export { jointVerdict, verdictOf } from './verdict.js';
export { possibleGain, valleyFloor, type Calibration, type ValleyFloor } from './valley-floor.js';
export { windowRatio, type StepSums } from './window-ratio.js';
export { changeText, isWithinNoise } from './within-noise.js';
export type { Unknown } from './unknown.js';
export type { WindowDefect, WindowDefects } from './window-defect.js';
