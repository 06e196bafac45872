export { halfRunningAverage, type HalfRunningAverage, type Readings } from './relations/half-running-average.js';
export { inEquilibrium, ratioOf, slowest, type Balance, type TwoSides } from './relations/equilibrium-rule.js';
export { conv2d, type Conv2dOptions } from './layers/conv2d.js';
export { interval, ratioInterval, type Interval } from './relations/confidence.js';
export type { DeviationOnset } from './relations/deviation.js';
export {
  hessianVector,
  hessianVectorProgram,
  type HessianMethod,
  type HessianOptions,
  type HessianVector,
} from './landscape/hessian-vector.js';
export { noiseCurvatureProgram } from './landscape/curvature-samples.js';
export {
  noiseCurvature,
  type Estimate,
  type NoiseCurvature,
  type NoiseCurvatureOptions,
  type TrainingPoint,
} from './landscape/noise-curvature.js';
export {
  secondRelation,
  type SecondRelation,
  type SecondRelationOptions,
  type SecondRelationPoint,
  type SecondRelationRun,
} from './relations/second-relation.js';
export { stationaryPoints, type StationaryPointsOptions } from './landscape/stationary-points.js';
export { stationaryRun } from './relations/stationary-run.js';
export { possibleGain, stationaryFloor, valleyFloor, type ValleyFloor } from '@fdr/records';
export { dense, type Layer } from './layers/dense.js';
export { maxPool, type Pool } from './layers/max-pool.js';
export { cnn, type CnnOptions } from './models/cnn.js';
export { mlp } from './models/mlp.js';
export type { Model } from './models/model.js';
export { quadratic, stationaryState, type QuadraticOptions, type StationaryState } from './models/quadratic.js';
export { EXTRA_OBSERVABLES, extraObservables } from './observables/catalogue.js';
export { cubicDefect, cubicRelation, type CubicDefect, type CubicWindow } from './observables/cubic.js';
export type { MeasuredStep, Observable } from './observables/observable.js';
export { quadraticRelations, type QuadraticRelations, type Relation } from './relations/quadratic-relations.js';
export type { Sides } from './relations/sides.js';
export { fullBatchObservable } from './relations/full-batch-observable.js';
export {
  identityDefect,
  IDENTITY_TOLERANCE,
  type IdentityDefect,
  type Moment,
  type Window,
} from './relations/identity.js';
export { leftObservable, rightObservable, velocityDotGradient } from './observables/fluctuation-dissipation.js';
export { adam } from './optimizers/adam.js';
export { amsgrad } from './optimizers/amsgrad.js';
export { optimizerOf, type OptimizerChoice, type OptimizerName } from './optimizers/choice.js';
export type { MomentOptions } from './optimizers/moments.js';
export type { Optimizer, OptimizerState, Update, Velocity } from './optimizers/optimizer.js';
export { sgd, type Sgd, type SgdOptions } from './optimizers/sgd.js';
export { initialParameters, type ParameterSpec } from './parameters.js';
export { permutation, randomState, type RandomState } from './random.js';
export { OptionError } from './validate.js';
export { scheduleOf, type ScheduleChoice, type ScheduleName } from './relations/schedules/choice.js';
export type { Course, LoweringOptions } from './relations/schedules/horizon.js';
export type { JudgedBalance } from './relations/schedules/equilibrium.js';
export type { Decision, EpochEnd, LearningRateReason, Schedule, ScheduleState } from './relations/schedules/schedule.js';
export { classificationTask, type ClassificationOptions } from './training/classification-task.js';
export { classification, type ClassificationData, type LabelledImages } from './training/classification.js';
export { eagerExecutor } from './training/eager.js';
export type {
  Call,
  CallResult,
  DataType,
  Executable,
  Executor,
  Program,
  ProgramArguments,
  Tensors,
  TensorSpec,
  TensorSpecs,
  TensorValues,
  TypedArray,
} from './program.js';
export type { Objective } from './objective.js';
export type { Progress, TrainingEpoch, TrainingEvent } from './training/progress.js';
export { identityTrial, type IdentityTrialOptions } from './training/identity-trial.js';
export { quadraticTask } from './training/quadratic-task.js';
export { SnapshotError, type Snapshot, type SnapshotTensor } from './training/snapshot.js';
export { trainingStep, type StepOptions } from './training/step.js';
export type { EpochBatches, Evaluation, Evaluator, Task } from './training/task.js';
export { train } from './training/trainer.js';
export type { Training, TrainingItem, TrainOptions } from './training/training.js';
