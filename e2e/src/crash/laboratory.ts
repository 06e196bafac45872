import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FdrProcess } from '../fdr-process.js';
import { makeAttempt, type Attempt } from './attempt.js';
import type { Fault } from './disk-faults.js';
import type { Scenario } from './scenarios.js';
import { writeTinyImages } from './tiny-images.js';

/** Where trainings are interrupted. */
export interface Laboratory {
  /** A new folder for runs; those who need an interrupted run find it there. */
  prepare(scenario: Scenario): Promise<string>;
  /** Starts what the scenario interrupts. */
  begin(scenario: Scenario, runsDirectory: string, fault?: Fault): Promise<Attempt>;
  /** Goes on with a run; `during` is called with the process. */
  resume(runsDirectory: string, id: string, during?: (process: FdrProcess) => void): Promise<Attempt>;
  /** The arguments of a new training. */
  trainingArguments(scenario: Scenario): string[];
  remove(): void;
}

/** The folder of a directory's only run; undefined where there is none. A folder without `run.json` is none. */
export function findRun(runsDirectory: string): string | undefined {
  const [id, ...others] = readdirSync(runsDirectory).filter((name) =>
    existsSync(join(runsDirectory, name, 'run.json')),
  );
  if (others.length > 0) throw new Error(`${runsDirectory} has more than one run`);
  return id;
}

/** A laboratory in a folder of its own. */
export function createLaboratory(): Laboratory {
  const root = mkdtempSync(join(tmpdir(), 'fdr-crash-'));
  const images = join(root, 'images');
  writeTinyImages(images);
  const templates = new Map<string, Promise<string>>();
  let count = 0;

  function emptyDirectory(): string {
    count += 1;
    const runsDirectory = join(root, String(count), 'runs');
    mkdirSync(runsDirectory, { recursive: true });
    return runsDirectory;
  }

  const trainingArguments = ({ training }: Scenario) => ['train', ...training.split(' '), ...common(images)];

  /** A run folder as it is where the scenario begins. */
  async function makeTemplate(scenario: Scenario): Promise<string> {
    const runsDirectory = emptyDirectory();
    const { leftAt, isSteered } = scenario;
    const args = trainingArguments(scenario);
    const whole = await makeAttempt(args, runsDirectory, { isSteered });
    if (leftAt === 'end' || leftAt === undefined) return runsDirectory;
    const at = whole.operations.find(({ path }) => leftAt.test(path))?.number;
    if (at === undefined) throw new Error(`${scenario.name}: nothing is made that matches ${leftAt}`);
    const killed = emptyDirectory();
    await makeAttempt(args, killed, { isSteered, fault: { kind: 'kill', at } });
    return killed;
  }

  return {
    prepare: async (scenario) => {
      const runsDirectory = emptyDirectory();
      if (scenario.resume === undefined) return runsDirectory;
      const template = templates.get(scenario.name) ?? makeTemplate(scenario);
      templates.set(scenario.name, template);
      copyFolder(await template, runsDirectory);
      return runsDirectory;
    },
    begin: (scenario, runsDirectory, fault) => {
      const { resume, isSteered } = scenario;
      if (resume === undefined) return makeAttempt(trainingArguments(scenario), runsDirectory, { fault, isSteered });
      return makeAttempt(['resume', findRun(runsDirectory) ?? '', ...resume.split(' ')], runsDirectory, { fault });
    },
    resume: (runsDirectory, id, during) =>
      makeAttempt(['resume', id, '--checkpoint-every', '0', '--no-dashboard'], runsDirectory, { during }),
    trainingArguments,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const common = (images: string): string[] => ['--dataset', images, '--backend', 'onnx', '--threads', '1'];

/** With the socket that a killed process leaves, which Node's own copy refuses. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}
