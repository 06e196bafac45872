import type { Command } from 'commander';
import { addTrainOptions, readTrainOptions } from '../options/train-options.js';
import { createOutput } from '../terminal/output.js';
import { startSession } from '@fdr/training';
import { runTrainingCommand } from './training-command.js';

/** Adds `fdr train`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a network, measure both sides of FDR1, record everything');
  addTrainOptions(command).action(async ({ observables }: { readonly observables?: string }) => {
    if (observables === 'help') return listObservables();
    const options = await readTrainOptions(command);
    process.exitCode = await runTrainingCommand(options, (listeners) => startSession({ ...options, ...listeners }));
  });
}

async function listObservables(): Promise<void> {
  // What measures takes a while to load, and everything else here needs it in the training's thread alone.
  const { observableTable } = await import('../terminal/observable-table.js');
  const output = createOutput(process.stdout, process.env);
  output.write(observableTable(output.columns()));
}
