import { inRange } from '../validate.js';

/** When the average will be read: after `first` values, and after every `every` values from there on. */
export interface Readings {
  readonly first: number;
  readonly every: number;
}

/** An average without its prefix sums, as plain JSON: every number is finite. */
export interface HalfRunningAverageState extends Readings {
  /** t: values taken since the start. */
  readonly steps: number;
  /** Sum of the finite values taken. */
  readonly sum: number;
  /** The rounding that the sum lacks so far. */
  readonly remainder: number;
  /** Position of the last value that was NaN or infinite; 0 if there was none. */
  readonly lastNotFinite: number;
  /** Number of the reading that the first of the prefix sums belongs to. */
  readonly firstKept: number;
}

/**
 * The half-running average of a series, (15): the mean of the values at `floor(t/2) < t' <= t`.
 *
 * `(S(t) - S(floor(t/2))) / (t - floor(t/2))` with prefix sums S in double precision by compensated summation
 * (Kahan), and a bounded amount of work a value. Only those prefix sums are kept that a later reading needs: t/2 numbers
 * when it is read at every step, one an epoch when it is read at epochs' ends. A value that is not finite makes the average
 * NaN for as long as it lies in the window, and no longer.
 */
export interface HalfRunningAverage {
  /** Takes the next value. */
  push(value: number): void;
  /**
   * The average now; NaN before the first value and while the window holds a value that is not finite.
   *
   * @throws Error at a step for which no reading was announced.
   */
  value(): number;
  /** Number of values in the window: `t - floor(t/2)`. */
  window(): number;
  /**
   * Sums of the values from the window's beginning to the ends of blocks of nearly equal length, 0 and the whole window included; fewer
   * blocks where fewer prefix sums are kept. Empty where `value` is NaN.
   *
   * @param blocks most blocks, a positive integer.
   * @throws Error as `value` does.
   */
  blockSums(blocks: number): Float64Array;
  /** Everything but the prefix sums. */
  state(): HalfRunningAverageState;
  /** The prefix sums still needed, oldest first. */
  prefixes(): Float64Array;
}

/** Whether an average is read after `end` values. */
const isReadAfter = (end: number, { first, every }: Readings): boolean => end >= first && (end - first) % every === 0;

function requireReading(steps: number, readings: Readings): void {
  if (isReadAfter(steps, readings)) return;
  throw new Error(
    `this average is read after ${readings.first} values and every ${readings.every}; not after ${steps}`,
  );
}

const numberOfReading = (end: number, { first, every }: Readings): number =>
  every === 1 ? Math.floor(end / 2) - Math.floor(first / 2) : (end - first) / every;

/**
 * The prefix sums that an average keeps after so many values: the number of the reading that the first of them belongs to, and how many
 * they are. A sum is kept from where the window of its reading begins until a later reading has been reached.
 */
export function keptPrefixes(
  { first, every }: Readings,
  steps: number,
): { readonly firstKept: number; readonly length: number } {
  const numberOfLast = (end: number): number => numberOfReading(end - ((end - first) % every), { first, every });
  const firstKept = steps < first ? 0 : numberOfLast(steps);
  // The windows of the readings up to this one have begun.
  const end = 2 * steps + 1;
  return { firstKept, length: end < first ? 0 : numberOfLast(end) + 1 - firstKept };
}

/** The sums since point 0 at points that part `0 .. last` into equal shares, as many as there can be. */
function sumsAtShares(shares: number, last: number, sumAt: (point: number) => number): Float64Array {
  const count = Math.min(shares, last);
  return Float64Array.from({ length: count + 1 }, (_, share) => sumAt(Math.round((share * last) / count)) - sumAt(0));
}

/**
 * A half-running average, empty or continued.
 *
 * @param readings when it will be read; at every step by default.
 * @param saved state and prefix sums of an average to continue; `readings` are its own then.
 * @throws OptionError if `first` or `every` is not a positive integer.
 * @example const average = halfRunningAverage(); [4, 8, 6].forEach(average.push); average.value() // (8 + 6) / 2
 */
export function halfRunningAverage(
  readings: Readings = { first: 1, every: 1 },
  saved?: { readonly state: HalfRunningAverageState; readonly prefixes: Float64Array },
): HalfRunningAverage {
  const { first, every } = saved?.state ?? readings;
  inRange('first', first, { min: 1, integer: true });
  inRange('every', every, { min: 1, integer: true });
  const fresh = { steps: 0, sum: 0, remainder: 0, lastNotFinite: 0, firstKept: 0 };
  let { steps, sum, remainder, lastNotFinite, firstKept } = saved?.state ?? fresh;
  let buffer = saved?.prefixes.slice() ?? new Float64Array(16);
  let start = 0;
  let length = saved?.prefixes.length ?? 0;

  const isRead = (end: number): boolean => isReadAfter(end, { first, every });

  function keepPrefix(): void {
    if (start + length === buffer.length) {
      // The buffer doubles when half or more of it is in use; else the gap that pruning has left is closed. Constant work a value on average.
      const target = 2 * length >= buffer.length ? new Float64Array(2 * length + 16) : buffer;
      target.set(buffer.subarray(start, start + length));
      buffer = target;
      start = 0;
    }
    buffer[start + length++] = sum;
  }

  function add(value: number): void {
    const corrected = value + remainder;
    const next = sum + corrected;
    remainder = corrected - (next - sum);
    sum = next;
  }

  /** Keeps the sum where the window of a reading begins; with `every` 1 two readings share it. */
  function noteBeginning(): void {
    if (isRead(2 * steps) || isRead(2 * steps + 1)) keepPrefix();
  }

  /** Drops the prefix sums of past readings. */
  function prune(): void {
    if (!isRead(steps)) return;
    const wanted = numberOfReading(steps, { first, every });
    const passed = Math.min(wanted - firstKept, length);
    start += passed;
    length -= passed;
    firstKept += passed;
  }

  if (!saved) noteBeginning();

  const isDefined = (): boolean => steps > 0 && lastNotFinite <= Math.floor(steps / 2);

  return {
    push: (value) => {
      steps++;
      if (Number.isFinite(value)) add(value);
      else lastNotFinite = steps;
      noteBeginning();
      prune();
    },
    value: () => {
      if (!isDefined()) return NaN;
      requireReading(steps, { first, every });
      return (sum - (buffer[start] ?? NaN)) / (steps - Math.floor(steps / 2));
    },
    blockSums: (blocks) => {
      if (!isDefined()) return new Float64Array();
      requireReading(steps, { first, every });
      // A window that begins now has kept the sum of now as its last one.
      const last = isRead(2 * steps) || isRead(2 * steps + 1) ? length - 1 : length;
      return sumsAtShares(blocks, last, (point) => (point < length ? (buffer[start + point] ?? NaN) : sum));
    },
    window: () => steps - Math.floor(steps / 2),
    state: () => ({ first, every, steps, sum, remainder, lastNotFinite, firstKept }),
    prefixes: () => buffer.slice(start, start + length),
  };
}
