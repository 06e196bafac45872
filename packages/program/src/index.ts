export { checkArrays, checkCall, dataTypeOf, sizeOf, type CheckedArray, type Role } from './check-call.js';
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
