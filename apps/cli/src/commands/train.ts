import { startSession } from '@fdr/training';
import type { Command } from 'commander';
import { addTrainOptions, readTrainOptions } from '../options/train-options.js';
import { createOutput } from '../terminal/output.js';
import { runTrainingCommand } from './training-command.js';

/** Adds `fdr train`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a network, measure both sides of FDR1 at each step, and record everything');
  addTrainOptions(command).action(async ({ observables }: { readonly observables?: string }) => {
    if (observables === 'help') return listObservables();
    const options = await readTrainOptions(command);
    process.exitCode = await runTrainingCommand(options, (listeners) => startSession({ ...options, ...listeners }));
  });
}

async function listObservables(): Promise<void> {
  // The observables compute with tensors, and everything else here leaves those to the training's thread.
  const { observableTable } = await import('../terminal/observable-table.js');
  const output = createOutput(process.stdout, process.env);
  output.write(observableTable(output.columns()));
}
