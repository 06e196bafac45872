import { makeExecutor, type Backend } from '@fdr/training';
import { describeFailure, isMistake } from '../failure.js';
import type { BackendCheck } from './backends.js';
import { testIdentity } from './identity-test.js';

// Tries one backend in a process of its own: a native library that crashes takes nothing else with it.
async function check(backend: Backend, threads: number): Promise<BackendCheck> {
  try {
    const { defect, passed, milliseconds } = await testIdentity(await makeExecutor(backend, threads));
    const detail = passed ? '' : 'it computes wrongly: the identity fails';
    return { backend, works: passed, detail, defect, milliseconds };
  } catch (error) {
    const detail = isMistake(error) ? error.message : describeFailure(error).text.trim();
    return { backend, works: false, detail };
  }
}

process.once('message', ({ backend, threads }: { readonly backend: Backend; readonly threads: number }) => {
  void check(backend, threads).then((result) => process.send?.(result, () => process.exit(0)));
});
