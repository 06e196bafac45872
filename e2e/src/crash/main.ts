// The whole crash test: npm run test:crash -- --kills 1000 --seed 1 --out crash-test.json
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeAttempt } from './attempt.js';
import { createLaboratory, type Laboratory } from './laboratory.js';
import { everyFault, seededRandom, spread, type PlannedTrial } from './plan.js';
import { killAtRandom } from './random-kills.js';
import { createReferences } from './reference.js';
import { problemText, summarize, summaryTable } from './report.js';
import { LONGER, SCENARIOS } from './scenarios.js';
import { tryFault, type Bench, type Verdict } from './trial.js';

/** Kills in a row before a run may finish. */
const KILLS_OF_A_RUN = 8;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    /** A part of the name of a scenario. */
    only: { type: 'string', default: '' },
    /** Kinds of faults, as kill,tear,ENOSPC. */
    faults: { type: 'string', default: '' },
    /** So many of the faults, drawn at random. */
    sample: { type: 'string', default: 'Infinity' },
    out: { type: 'string', default: 'crash-test.json' },
  },
});
const out = resolve(process.env['INIT_CWD'] ?? '.', options.out);
/** Gets each verdict as it comes. A test that was interrupted goes on with it. */
const progressFile = `${out}l`;

const keyOf = ({ scenario, fault }: Pick<Verdict, 'scenario' | 'fault'>): string =>
  JSON.stringify([scenario, fault?.kind, fault?.at]);

function readProgress(): Verdict[] {
  if (!existsSync(progressFile)) return [];
  const lines = readFileSync(progressFile, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Verdict);
}

const verdicts = readProgress();
const began = performance.now();
/** Set by Ctrl-C, which reaches what is being tried too: its verdict says nothing. */
let isStopped = false;
process.once('SIGINT', () => {
  isStopped = true;
});

function record(verdict: Verdict): void {
  if (isStopped) return;
  verdicts.push(verdict);
  appendFileSync(progressFile, `${JSON.stringify(verdict)}\n`);
  if (verdict.problems.length > 0) process.stderr.write(`${problemText(verdict)}\n`);
  else if (verdicts.length % 50 === 0)
    process.stderr.write(`${verdicts.length} faults, ${Math.round((performance.now() - began) / 60_000)} min\n`);
}

async function plannedTrials(laboratory: Laboratory, random: () => number): Promise<PlannedTrial[]> {
  if (Number(options.sample) === 0) return [];
  const trials: PlannedTrial[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(options.only)))
    trials.push(...(await everyFault(laboratory, scenario)));
  const done = new Set(verdicts.map(keyOf));
  const kinds = options.faults === '' ? undefined : options.faults.split(',');
  return spread(trials, random)
    .filter(({ fault }) => kinds?.includes(fault.kind) ?? true)
    .slice(0, Number(options.sample))
    .filter(({ scenario, fault }) => !done.has(keyOf({ scenario: scenario.name, fault })));
}

async function tryAll(bench: Bench, trials: PlannedTrial[]): Promise<void> {
  process.stderr.write(`${trials.length} faults at every operation\n`);
  const work = async (): Promise<void> => {
    for (let trial = trials.shift(); trial !== undefined && !isStopped; trial = trials.shift())
      record(await tryFault(bench, trial.scenario, trial.fault));
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
}

async function killAll(bench: Bench, random: () => number): Promise<void> {
  const wanted = Number(options.kills);
  const done = (): number => verdicts.filter(({ fault, operation }) => !fault && operation !== undefined).length;
  if (done() >= wanted) return;
  const { laboratory } = bench;
  const runsDirectory = await laboratory.prepare(LONGER);
  const { seconds } = await makeAttempt(laboratory.trainingArguments(LONGER), runsDirectory);
  const work = async (): Promise<void> => {
    while (done() < wanted && !isStopped) {
      const kills = Math.min(KILLS_OF_A_RUN, wanted - done());
      for (const verdict of await killAtRandom(bench, LONGER, { random, longest: 1000 * seconds, kills }))
        record(verdict);
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
}

const random = seededRandom(Number(options.seed));
const laboratory = createLaboratory();
try {
  const bench: Bench = { laboratory, references: createReferences(laboratory) };
  await tryAll(bench, await plannedTrials(laboratory, random));
  await killAll(bench, random);
} finally {
  laboratory.remove();
}
const summaries = summarize(verdicts);
writeFileSync(out, `${JSON.stringify({ seed: Number(options.seed), node: process.version, summaries }, null, 2)}\n`);
process.stdout.write(summaryTable(summaries));
process.exitCode = verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
