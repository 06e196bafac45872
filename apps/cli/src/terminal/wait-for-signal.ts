/** The signals that ask a process to end: Ctrl-C, `kill`, and a terminal that is closed. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first of the {@link ENDING_SIGNALS}. A second one ends the process at once. */
export function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const handler = (signal: NodeJS.Signals): void => {
      for (const each of ENDING_SIGNALS) process.off(each, handler);
      resolve(signal);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, handler);
  });
}
