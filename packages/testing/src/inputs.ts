import fc from 'fast-check';
import { onTestFinished } from 'vitest';

/** Fixed: what fails once fails again. */
const SEED = 2019;
/** Multiplies the number of random inputs, for a longer search than CI has time for. */
const FACTOR = Number(process.env['FDR_FUZZ_RUNS'] ?? 1);

declare module 'vitest' {
  interface TaskMeta {
    /** How many inputs a test has tried. `vitest --reporter=json` writes it out. */
    inputs?: number;
  }
}

/** Counts inputs that the current test tries. */
export function countInputs(count: number): void {
  onTestFinished(({ task }) => {
    task.meta.inputs = (task.meta.inputs ?? 0) + count;
  });
}

/** Asserts that a check passes for random inputs, the same ones each time, and reports the smallest one for which it does not. */
export async function holdsFor<Input>(
  inputs: fc.Arbitrary<Input>,
  runs: number,
  check: (input: Input) => Promise<void> | void,
): Promise<void> {
  const numRuns = Math.ceil(runs * FACTOR);
  countInputs(numRuns);
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => check(input)),
    { seed: SEED, numRuns },
  );
}

/** A file cut at every byte, the whole file excluded. */
export function everyPrefix(file: Uint8Array): Uint8Array[] {
  countInputs(file.length);
  return Array.from({ length: file.length }, (_, length) => file.subarray(0, length));
}

/** A file with one byte changed, at every byte. @param mask the bits to flip in it */
export function everyFlip(file: Uint8Array, mask: number): Uint8Array[] {
  countInputs(file.length);
  return Array.from(file, (byte, offset) => {
    const flipped = Uint8Array.from(file);
    flipped[offset] = byte ^ mask;
    return flipped;
  });
}
