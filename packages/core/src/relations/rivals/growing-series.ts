/** A series that grows by a value at a time. */
export interface GrowingSeries {
  push(value: number): void;
  readonly length: () => number;
  /** The newest values, as many as asked for; valid until the next one is pushed. */
  newest(count: number): Float64Array;
}

/** An empty series. */
export function growingSeries(): GrowingSeries {
  let values = new Float64Array(1024);
  let length = 0;
  return {
    push: (value) => {
      if (length === values.length) {
        const larger = new Float64Array(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    length: () => length,
    newest: (count) => values.subarray(length - count, length),
  };
}
