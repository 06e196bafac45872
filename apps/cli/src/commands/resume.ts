import { findRun } from '@fdr/run-store';
import { resumePoint, resumeSession } from '@fdr/training';
import type { Command } from 'commander';
import { addResumeOptions, readResumeOptions } from '../options/resume-options.js';
import { runTrainingCommand } from './training-command.js';

/** Adds `fdr resume`. */
export function registerResume(program: Command): void {
  const command = program
    .command('resume')
    .description('continue an interrupted training from its last checkpoint, bit for bit')
    .argument('<id>', 'id of the run, the beginning of it, or last');
  addResumeOptions(command).action(async (id: string) => {
    const options = readResumeOptions(command);
    const run = await findRun(options.runsDirectory, id);
    process.exitCode = await runTrainingCommand(options, async (listeners) => {
      const from = await resumePoint({ ...options, id: run, warn: listeners.warn });
      return resumeSession({ ...options, ...listeners, from });
    });
  });
}
