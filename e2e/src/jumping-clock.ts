/** Makes the wall clock jump by hours and weeks, forward and back, at every look. It is given to a process as text: it uses nothing around it. */
function jumpClock(): void {
  const hours = [0, 8, -5, 700, -1];
  let looks = 0;
  const now = (): number => {
    looks += 1;
    return Real.now() + 3_600_000 * (hours[looks % hours.length] ?? 0);
  };
  const Real = Date;
  globalThis.Date = new Proxy(Real, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length > 0 ? given : [now()], newTarget) as Date,
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  });
}

/** An environment in which Node's wall clock jumps, in every thread. Monotonic clocks go on as they are. */
export const JUMPING_CLOCK = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`(${jumpClock.toString()})()`)}`,
};
