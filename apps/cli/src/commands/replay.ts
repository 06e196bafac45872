import type { Command } from 'commander';
import { addReplayOptions, readReplayOptions } from '../options/replay-options.js';

/** Adds `fdr replay`. */
export function registerReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('show when a rule would have lowered the learning rate of a stored run, without training')
    .argument('<id>', 'id of the run, the beginning of it, or last');
  addReplayOptions(command).action(async (id: string) => {
    const options = readReplayOptions(command);
    // Loaded here, since what draws is slow to load.
    const { replay } = await import('./run-replay.js');
    await replay(id, options);
  });
}
