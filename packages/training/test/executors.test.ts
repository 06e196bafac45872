import { executorContract } from '../../core/test/contract/executor-contract.js';
import { optimizerContract } from '../../core/test/contract/optimizer-contract.js';
import { makeExecutor } from '../src/backends/executor.js';

// Every backend that needs nothing but `npm ci` keeps core's contract, to the same tolerances.
executorContract('onnx, 1 thread', () => makeExecutor('onnx', 1));
executorContract('onnx, 2 threads', () => makeExecutor('onnx', 2));
executorContract('wasm', () => makeExecutor('wasm', 1));
executorContract('cpu', () => makeExecutor('cpu', 1));
optimizerContract('onnx', () => makeExecutor('onnx', 1));
