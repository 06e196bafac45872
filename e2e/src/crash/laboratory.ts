import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFdr, type FdrProcess, type ProcessResult } from '../fdr-process.js';
import { faultEnvironment, type Fault, type Operation } from './disk-faults.js';
import type { Scenario } from './scenarios.js';
import { sendCommands } from './send-commands.js';
import { writeTinyImages } from './tiny-images.js';

/** Nothing here takes longer, on the slowest machine: what does, hangs. */
const LONGEST = 240_000;

/** A run of the program, and what it did to the disk. */
export interface Attempt extends ProcessResult {
  readonly hung: boolean;
  /** Ids of the commands that were acknowledged. */
  readonly acknowledged: readonly string[];
  readonly operations: readonly Operation[];
  /** From its first operation to its end. */
  readonly seconds: number;
}

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
  attempt(args: readonly string[], runsDirectory: string, options?: AttemptOptions): Promise<Attempt>;
  remove(): void;
}

interface AttemptOptions {
  readonly fault?: Fault | undefined;
  readonly isSteered?: boolean;
  readonly during?: ((process: FdrProcess) => void) | undefined;
}

/** The folder of a directory's only run; undefined where there is none. A folder without `run.json` is none. */
export function findRun(runsDirectory: string): string | undefined {
  const [id, ...others] = readdirSync(runsDirectory).filter((name) => existsSync(join(runsDirectory, name, 'run.json')));
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

  async function attempt(
    args: readonly string[],
    runsDirectory: string,
    options: AttemptOptions = {},
  ): Promise<Attempt> {
    const { fault, isSteered = false, during } = options;
    const log = join(runsDirectory, '..', 'operations');
    rmSync(log, { force: true });
    const process = startFdr([...args, '--json', '--runs-dir', runsDirectory], {
      cwd: root,
      env: faultEnvironment({ folder: runsDirectory, log, fault }),
    });
    let hung = false;
    const limit = setTimeout(() => {
      hung = true;
      process.kill('SIGKILL');
    }, LONGEST);
    during?.(process);
    // What is refused for good is given up by hand: the program itself tries for five minutes.
    if (fault !== undefined && fault.times === undefined)
      void process.waitForOutput(/tried again for five minutes/).then(
        () => process.kill('SIGINT'),
        () => undefined,
      );
    const acknowledged = isSteered ? await sendCommands(process) : [];
    const result = await process.exited;
    clearTimeout(limit);
    const operations = readOperations(log);
    const seconds = (Date.now() - (operations[0]?.time ?? Date.now())) / 1000;
    return { ...result, hung, acknowledged, operations, seconds };
  }

  const trainingArguments = ({ training }: Scenario) => ['train', ...training.split(' '), ...common(images)];

  /** A run folder as it is where the scenario begins. */
  async function makeTemplate(scenario: Scenario): Promise<string> {
    const runsDirectory = emptyDirectory();
    const { leftAt, isSteered } = scenario;
    const args = trainingArguments(scenario);
    const whole = await attempt(args, runsDirectory, { isSteered });
    if (leftAt === 'end' || leftAt === undefined) return runsDirectory;
    const at = whole.operations.find(({ path }) => leftAt.test(path))?.number;
    if (at === undefined) throw new Error(`${scenario.name}: nothing is made that matches ${leftAt}`);
    const killed = emptyDirectory();
    await attempt(args, killed, { isSteered, fault: { kind: 'kill', at } });
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
      if (resume === undefined) return attempt(trainingArguments(scenario), runsDirectory, { fault, isSteered });
      return attempt(['resume', findRun(runsDirectory) ?? '', ...resume.split(' ')], runsDirectory, { fault });
    },
    resume: (runsDirectory, id, during) =>
      attempt(['resume', id, '--checkpoint-every', '0', '--no-dashboard'], runsDirectory, { during }),
    trainingArguments,
    attempt,
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const common = (images: string): string[] => ['--dataset', images, '--backend', 'onnx', '--threads', '1'];

/** With the socket that a killed process leaves, which Node's own copy refuses. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}

function readOperations(log: string): Operation[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Operation);
}
