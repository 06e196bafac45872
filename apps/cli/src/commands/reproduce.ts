import type { Command } from 'commander';
import { addReproduceOptions, readReproduceOptions } from '../options/reproduce-options.js';

/** Adds `fdr reproduce`. */
export function registerReproduce(program: Command): void {
  const command = program
    .command('reproduce')
    .description("run the paper's experiments and draw its figures; what is done already is not done again");
  addReproduceOptions(command).action(async (figure: string, given: Readonly<Record<string, unknown>>) => {
    const options = readReproduceOptions(figure, given);
    const commandLine = ['fdr', ...process.argv.slice(2)].join(' ');
    // Loaded here, since what draws is slow to load.
    const { reproduce } = await import('./run-reproduce.js');
    process.exitCode = await reproduce(options, commandLine);
  });
}
