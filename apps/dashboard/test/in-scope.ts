import { createApp, effectScope, type Plugin } from 'vue';

/** A composable at work. */
export interface Running<T> {
  /** What the composable returned. */
  readonly result: T;
  /** Ends the scope that the composable was called in. */
  readonly stop: () => void;
}

const running: (() => void)[] = [];

/** Calls a composable in an effect scope of its own, within an app that uses the plugins. */
export function inScope<T>(setup: () => T, plugins: readonly Plugin[] = []): Running<T> {
  const app = createApp({});
  for (const plugin of plugins) app.use(plugin);
  const scope = effectScope(true);
  const stop = (): void => scope.stop();
  running.push(stop);
  return { result: app.runWithContext(() => scope.run(setup)) as T, stop };
}

/** Ends all scopes that were begun. */
export function stopScopes(): void {
  for (const stop of running.splice(0)) stop();
}
