import { constants } from 'node:os';
import type { Command } from 'commander';
import { EXIT } from '../failure.js';
import { ENDING_SIGNALS, isMeant } from '../terminal/wait-for-signal.js';

/** Adds `fdr run-job`, which executors start: one job of an experiment, from wherever it stands. */
export function registerRunJob(program: Command): void {
  program
    .command('run-job <folder> <key>', { hidden: true })
    .description("run one job of an experiment's folder, from wherever it stands")
    .action(async (folder: string, key: string) => {
      process.exitCode = await runOneJob(folder, key);
    });
}

/** @returns 0 where the job is done, 128 and the signal's number where a signal has ended it after a checkpoint */
async function runOneJob(folder: string, key: string): Promise<number> {
  const { runJob } = await import('@fdr/experiments');
  const stopped = new AbortController();
  let exitCode: number = EXIT.failure;
  for (const signal of ENDING_SIGNALS)
    process.on(signal, () => {
      if (!isMeant(signal)) return;
      // The second one ends the process at once: by Node's default, since the training's thread can't be stopped without a crash.
      if (stopped.signal.aborted) process.removeAllListeners(signal).kill(process.pid, signal);
      exitCode = 128 + constants.signals[signal];
      stopped.abort();
    });
  const done = await runJob(folder, key, {
    signal: stopped.signal,
    // Slurm starts a task again only once it has ended it everywhere.
    isRestart: Number(process.env['SLURM_RESTART_COUNT']) > 0,
    log: (line) => process.stdout.write(`${line}\n`),
  });
  return done ? EXIT.fine : exitCode;
}
