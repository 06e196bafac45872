import type { Command } from 'commander';
import { addReplayOptions, readReplayOptions } from '../options/replay-options.js';

/** Adds `fdr replay`. */
export function registerReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('tell when a rule would have lowered the learning rate of a recorded run, without training')
    .argument('<id>', 'of the run');
  addReplayOptions(command).action(async (id: string) => {
    const options = readReplayOptions(command);
    // Only this command and `reproduce` draw: the others need not wait for what draws.
    const { replay } = await import('./run-replay.js');
    await replay(id, options);
  });
}
