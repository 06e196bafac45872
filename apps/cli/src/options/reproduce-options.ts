import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { runConfig } from '@fdr/records';
import { z } from 'zod';
import { UserError } from '../failure.js';
import {
  FIGURES,
  parseScale,
  PROTOCOLS,
  type FigureName,
  type ModelName,
  type PlanOptions,
} from '@fdr/experiments/planning';
import { parseValue, parseWord, describeRange } from './parse-option.js';

/** All that `fdr reproduce` was given, complete and checked. */
export interface ReproduceOptions extends PlanOptions {
  readonly out: string;
  /** Processes at the same time. */
  readonly jobs: number;
}

const MODELS = Object.keys(PROTOCOLS) as readonly ModelName[];
const figure = z.enum([...FIGURES, 'all']);
const model = z.enum([...(MODELS as [ModelName]), 'both']);
const jobs = z.int().min(1).max(1024);
const seeds = z.int().min(1).max(64);
const text = z.string().min(1).max(4096);

/** Adds what `fdr reproduce` takes. */
export function addReproduceOptions(command: Command): Command {
  return command
    .addArgument(new Argument('<figure>', describeRange(figure)))
    .addOption(new Option('--model <name>', `network: ${describeRange(model)}`).default('both', 'both'))
    .option('--scale <size>', 'quick (synthetic data, seconds), paper, or a fraction of its epochs: 0.1', 'quick')
    .option('--seeds <n>', `sequences of figures 2 and 3: ${describeRange(seeds)} (default: as the paper)`)
    .option('--jobs <n>', `runs at the same time: ${describeRange(jobs)} (default: cores / threads)`)
    .addOption(new Option('--threads <n>', 'of each run').default('1', '1'))
    .addOption(new Option('--backend <name>', 'what computes').default('auto', 'auto'))
    .addOption(new Option('--out <folder>', 'where results and runs are kept').default('results', 'results'));
}

/** @throws UserError for the first value that is not allowed, naming it */
export function readReproduceOptions(word: string, given: Readonly<Record<string, unknown>>): ReproduceOptions {
  const asked = parseValue('the figure', figure, word);
  const network = parseValue('--model', model, given['model']);
  if (asked === 'figS2' && network === 'mlp') throw new UserError('figS2 is of the cnn alone');
  const threads = parseWord('--threads', runConfig.shape.threads, String(given['threads']));
  const atOnce = Math.max(1, Math.floor(availableParallelism() / threads));
  return {
    figures: asked === 'all' ? FIGURES : [asked satisfies FigureName],
    models: network === 'both' ? MODELS : [network],
    scale: parseScale(String(given['scale'])),
    seeds: given['seeds'] === undefined ? undefined : parseWord('--seeds', seeds, String(given['seeds'])),
    jobs: given['jobs'] === undefined ? atOnce : parseWord('--jobs', jobs, String(given['jobs'])),
    threads,
    backend: parseValue('--backend', runConfig.shape.backend, given['backend']),
    out: resolve(join(parseValue('--out', text, given['out']))),
  };
}
