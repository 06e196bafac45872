export type { AverageState, ParameterAverage, ParameterMean } from './averaging/parameter-average.js';
export { polynomialAverage } from './averaging/polynomial-average.js';
export { tailAverage } from './averaging/tail-average.js';
export type { Dynamics } from './dynamics.js';
export { correctWebglBackend } from './kernels/correct-webgl.js';
export { completeWasmBackend } from './kernels/wasm-filter-gradient.js';
export { noiseCurvatureProgram } from './landscape/curvature-samples.js';
export {
  hessianVector,
  hessianVectorProgram,
  type HessianMethod,
  type HessianOptions,
  type HessianVector,
} from './landscape/hessian-vector.js';
export {
  noiseCurvature,
  type Estimate,
  type NoiseCurvature,
  type NoiseCurvatureOptions,
  type TrainingPoint,
} from './landscape/noise-curvature.js';
export { lanczos } from './landscape/lanczos.js';
export { noiseSpectrum, type NoiseSpectrumOptions } from './landscape/noise-spectrum.js';
export { stabilityEdge, type StabilityEdge, type StabilityEdgeOptions } from './landscape/stability-edge.js';
export { stationaryPoints, type StationaryPointsOptions } from './landscape/stationary-points.js';
export { conv2d, type Conv2dOptions } from './layers/conv2d.js';
export { dense, type Layer } from './layers/dense.js';
export { maxPool, type Pool } from './layers/max-pool.js';
export { cnn, type CnnOptions } from './models/cnn.js';
export { mlp } from './models/mlp.js';
export type { Model } from './models/model.js';
export { quadratic, stationaryState, type QuadraticOptions, type StationaryState } from './models/quadratic.js';
export type { Objective } from './objective.js';
export { EXTRA_OBSERVABLES, isDefined } from './observables/catalogue.js';
export { cubicLeft, cubicRight } from './observables/cubic.js';
export { oL, oR, vDotGradient } from './observables/fluctuation-dissipation.js';
export { gradientProduct } from './observables/gradient-product.js';
export type { Memory } from './observables/memory.js';
export { noiseTrace } from './observables/noise-trace.js';
export { products, squares, type MeasuredStep, type Observable } from './observables/observable.js';
export { parametersSquared } from './observables/parameters-squared.js';
export { startDistanceSquared } from './observables/start-distance.js';
export {
  nextVelocityDotParameters,
  nextVelocitySquared,
  parametersDotGradient,
  velocityDotGradient,
  velocityDotParameters,
  velocitySquared,
} from './observables/quadratic-pieces.js';
export { adam } from './optimizers/adam.js';
export { amsgrad } from './optimizers/amsgrad.js';
export { dog } from './optimizers/dog.js';
export {
  defineOptimizer,
  type Optimizer,
  type OptimizerState,
  type Update,
  type Velocity,
} from './optimizers/optimizer.js';
export { prodigy } from './optimizers/prodigy.js';
export { scheduleFree } from './optimizers/schedule-free.js';
export { sgd, type Sgd } from './optimizers/sgd.js';
export { initialParameters, type Initialization, type ParameterSpec } from './parameters.js';
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
} from '@fdr/program';
export { normal, permutation, randomState, uniform, type RandomState } from './random.js';
export type { MeasuredBalance } from './relations/measured-balance.js';
export type { RunningBalanceState } from './relations/running-balance.js';
export type { RunningRelation } from './relations/running-relation.js';
export { constant } from './relations/schedules/constant.js';
export { cooldown } from './relations/schedules/cooldown.js';
export { cosine } from './relations/schedules/cosine.js';
export { equilibrium } from './relations/schedules/equilibrium.js';
export type { TrainingHorizon } from './relations/schedules/horizon.js';
export { linear } from './relations/schedules/linear.js';
export { plateau } from './relations/schedules/plateau.js';
export { stationary } from './relations/schedules/stationary.js';
export type { Decision, EpochEnd, Schedule, ScheduleStart, ScheduleState } from './relations/schedules/schedule.js';
export { step } from './relations/schedules/step.js';
export { wsd } from './relations/schedules/wsd.js';
export type { SpectralNode } from './relations/spectral-prediction.js';
export { equilibriumSchedule, type EquilibriumScheduleOptions } from './tfjs/equilibrium-schedule.js';
export { learningRateSchedule, type RateChange, type ScheduleCallbackOptions } from './tfjs/learning-rate-schedule.js';
export { monitor, type Monitor, type MonitorOptions, type MonitorState, type ObservedStep } from './tfjs/monitor.js';
export { tfOptimizer, TfOptimizer, type TfOptimizerOptions } from './tfjs/tf-optimizer.js';
export { classificationTask, type ClassificationOptions } from './training/classification-task.js';
export { classification, type ClassificationData, type LabelledImages } from './training/classification.js';
export { eagerExecutor } from './training/eager.js';
export { identityTrial, type IdentityTrialOptions } from './training/identity-trial.js';
export type { Progress, TrainingEpoch, TrainingEvent } from './training/progress.js';
export { quadraticTask, type QuadraticData, type QuadraticTaskOptions } from './training/quadratic-task.js';
export { SnapshotError } from './training/snapshot-error.js';
export type { Snapshot, SnapshotTensor } from './training/snapshot.js';
export { steadyRate, trainingStep, type StepOptions } from './training/step.js';
export type { EpochBatches, EvaluatedTask, Evaluation, Evaluator, Task } from './training/task.js';
export { exampleTask, type Examples, type ExampleTaskOptions } from './training/example-task.js';
export { miniBatches } from './training/mini-batches.js';
export { regressionTask, type RegressionExamples, type RegressionOptions } from './training/regression-task.js';
export { train } from './training/trainer.js';
export type { Training, TrainingItem, TrainOptions } from './training/training.js';
export { OptionError } from './validate.js';
