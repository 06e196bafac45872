import type { Command } from 'commander';
import { addResumeOptions, readResumeOptions } from '../options/resume-options.js';
import { resumePoint, resumeSession } from '@fdr/training';
import { runTrainingCommand } from './training-command.js';

/** Adds `fdr resume`. */
export function registerResume(program: Command): void {
  const command = program
    .command('resume')
    .description('go on with a training that was broken off, as if it had not been')
    .argument('<id>', 'of the run');
  addResumeOptions(command).action(async (id: string) => {
    const options = readResumeOptions(command);
    process.exitCode = await runTrainingCommand(options, async (listeners) => {
      const from = await resumePoint({ ...options, id, warn: listeners.warn });
      return resumeSession({ ...options, ...listeners, from });
    });
  });
}
