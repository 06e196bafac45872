/** Random numbers of one seed (mulberry32). */
export interface Generator {
  /** In [0, 1). */
  uniform(): number;
  /** Normal, of variance 1. */
  normal(): number;
  /** Student's t, scaled to variance 1. @param degrees an integer, at least 3. */
  student(degrees: number): number;
}

export function generator(seed: number): Generator {
  let state = seed;
  function uniform(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    student: (degrees) => {
      let squares = 0;
      for (let index = 0; index < degrees; index++) squares += normal() ** 2;
      return (normal() / Math.sqrt(squares / degrees)) * Math.sqrt((degrees - 2) / degrees);
    },
  };
}
