import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { FIGURES, modelsOf, PAPER_MODELS, parseScale, type PlanOptions } from '@fdr/experiments/planning';
import { runConfig } from '@fdr/records';
import { z } from 'zod';
import { UserError } from '../failure.js';
import { addExecutorOptions, readExecutorOptions } from './executor-options.js';
import { describeRange, parseValue, parseWord } from './parse-option.js';

/** The options of `fdr reproduce`, complete and checked. */
export interface ReproduceOptions extends PlanOptions, ReturnType<typeof readExecutorOptions> {
  /** Absolute path of the experiment's folder. */
  readonly out: string;
}

const figureSchema = z.enum([...FIGURES, 'all']);
const modelSchema = z.enum([...PAPER_MODELS, 'both']);
const seedsSchema = z.int().min(1).max(64);
const text = z.string().min(1).max(4096);

/** Adds the argument and the flags of `fdr reproduce`. */
export function addReproduceOptions(command: Command): Command {
  return addExecutorOptions(command)
    .addArgument(new Argument('<figure>', describeRange(figureSchema)))
    .addOption(new Option('--model <name>', `network: ${describeRange(modelSchema)}`).default('both', 'both'))
    .option(
      '--scale <size>',
      'quick (synthetic data, seconds), paper, a fraction of its epochs: 0.1, or relaxation: as long as each rate needs',
      'quick',
    )
    .option(
      '--seeds <n>',
      `sequences of figure 3, initializations of figures 4, S1 and S2: ${describeRange(seedsSchema)} (default: what a verdict needs; ` +
        'with scale quick 2 and 1)',
    )
    .addOption(new Option('--threads <n>', 'of each run').default('1', '1'))
    .addOption(new Option('--backend <name>', 'what computes').default('auto', 'auto'))
    .addOption(
      new Option(
        '--sampling <name>',
        `how mini-batches are drawn, each epoch a shuffle as in the paper or independently: ${describeRange(runConfig.shape.sampling)}`,
      ).default('shuffle', 'shuffle'),
    )
    .option('--descent', "read -v' . grad f once an epoch in the runs of figures 1 to 3; figure 3 draws it beside O_FB")
    .addOption(new Option('--out <folder>', 'where results and runs are kept').default('results', 'results'));
}

/**
 * Reads what {@link addReproduceOptions} added.
 *
 * @param word the argument
 * @param given the flags
 * @throws UserError for the first value that is not allowed, naming it
 * @throws ExperimentError if the scale is not allowed
 */
export function readReproduceOptions(word: string, given: Readonly<Record<string, unknown>>): ReproduceOptions {
  const figure = parseValue('the figure', figureSchema, word);
  const model = parseValue('--model', modelSchema, given['model']);
  const models = model === 'both' ? PAPER_MODELS : [model];
  const shownFor = figure === 'all' ? PAPER_MODELS : modelsOf(figure);
  if (!models.some((each) => shownFor.includes(each)))
    throw new UserError(`${figure} is of the ${shownFor.join(' and the ')} alone`);
  const threads = parseWord('--threads', runConfig.shape.threads, String(given['threads']));
  const { seeds, descent } = given;
  return {
    figures: figure === 'all' ? FIGURES : [figure],
    models,
    scale: parseScale(String(given['scale'])),
    seeds: typeof seeds === 'string' ? parseWord('--seeds', seedsSchema, seeds) : undefined,
    ...readExecutorOptions(given),
    threads,
    backend: parseValue('--backend', runConfig.shape.backend, given['backend']),
    sampling: parseValue('--sampling', runConfig.shape.sampling, given['sampling']),
    descent: descent === true ? true : undefined,
    out: resolve(parseValue('--out', text, given['out'])),
  };
}
