/**
 * The signals that ask a process to end: Ctrl-C, `kill`, a terminal that is closed, and those by which a batch system announces its time
 * limit. Left to Node, SIGUSR1 would open its debugger.
 */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Whether a signal asks this process to end. A process without any terminal, as `nohup` and batch systems start it, has none that could be
 * closed: it ignores SIGHUP, which Node sets back to its default even if `nohup` has had it ignored.
 */
export const isMeant = (signal: NodeJS.Signals): boolean =>
  signal !== 'SIGHUP' || [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);

/** Resolves at the first of the {@link ENDING_SIGNALS}. A second one ends the process at once. */
export function waitForSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const handler = (signal: NodeJS.Signals): void => {
      if (!isMeant(signal)) return;
      for (const each of ENDING_SIGNALS) process.off(each, handler);
      resolve(signal);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, handler);
  });
}
