/** A test of stationarity that a rival method makes while it trains, here over recorded steps. */
export interface StationarityTest {
  /** As its authors call it. */
  readonly name: string;
  /** Columns of the steps that it reads. */
  readonly columns: readonly string[];
  /** What the learning rate is multiplied by when it fires, in (0, 1). */
  readonly factor: number;
  /** False where what is recorded tells of the first firing alone. */
  readonly repeats: boolean;
  /** Begins anew: at the start, and wherever the learning rate changes. */
  begin(beginning: Beginning): RunningTest;
}

/** Where a test begins. */
export interface Beginning {
  readonly stepsPerEpoch: number;
  /** eta from here on. */
  readonly learningRate: number;
  /** True before the first firing. */
  readonly isFirst: boolean;
}

/** A test under way: takes one step's values, in the order of the test's columns. @returns why it fires; undefined where it does not. */
export type RunningTest = (values: Float64Array) => string | undefined;
