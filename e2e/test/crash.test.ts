import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultEnvironment, type FaultKind, type Operation } from '../src/crash/disk-faults.js';
import { createLaboratory } from '../src/crash/laboratory.js';
import { everyFault, seededRandom, spread } from '../src/crash/plan.js';
import { createReferences } from '../src/crash/reference.js';
import { problemText } from '../src/crash/report.js';
import { SCENARIOS } from '../src/crash/scenarios.js';
import { canTrace, tracedCalls, type SystemCall } from '../src/crash/system-calls.js';
import { writeTinyImages } from '../src/crash/tiny-images.js';
import { tryFault } from '../src/crash/trial.js';
import { PROGRAM } from '../src/fdr-process.js';
import { expect, test } from './fixtures.js';

/** What fails once fails again. `npm run test:crash` tries everything. */
const SEED = 2019;

const SAMPLE: readonly (readonly [scenario: string, kinds: readonly FaultKind[]])[] = [
  ['training', ['tear', 'ENOSPC']],
  ['steered training', ['kill']],
  ['resume from an earlier step', ['kill', 'EIO']],
];

/** How often there is each call on each path. */
function tally(calls: readonly SystemCall[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { call, path } of calls) counts[`${call} ${path}`] = (counts[`${call} ${path}`] ?? 0) + 1;
  return counts;
}

for (const [name, kinds] of SAMPLE) {
  test(`a ${name} survives at an operation drawn at random: ${kinds.join(', ')}`, async () => {
    const scenario = SCENARIOS.find((one) => one.name === name)!;
    const laboratory = createLaboratory();
    try {
      const bench = { laboratory, references: createReferences(laboratory) };
      const trials = spread(await everyFault(laboratory, scenario), seededRandom(SEED));
      for (const kind of kinds) {
        const { fault } = trials.find((trial) => trial.fault.kind === kind)!;
        const verdict = await tryFault(bench, scenario, fault);
        console.log(`${name}: ${kind} at operation ${fault.at}, ${verdict.operation ?? 'which was not reached'}`);
        expect(verdict.problems, problemText(verdict)).toEqual([]);
      }
    } finally {
      laboratory.remove();
    }
  });
}

test('the operations that can go wrong are all that change the disk', ({ folder }) => {
  test.skip(!canTrace(), 'there is no strace, or it may not watch processes here');
  writeTinyImages(join(folder, 'images'));
  const runs = join(folder, 'runs');
  mkdirSync(runs);
  const log = join(folder, 'operations');
  const training = 'train --epochs 2 --batch-size 20 --threads 1 --backend onnx --checkpoint-every 0 --no-dashboard';
  const args = [...training.split(' '), '--dataset', join(folder, 'images'), '--runs-dir', runs];
  const calls = tracedCalls([process.execPath, PROGRAM, ...args], runs, {
    env: faultEnvironment({ folder: runs, log }),
    file: join(folder, 'strace'),
  });
  const counted = readFileSync(log, 'utf8').trim().split('\n');
  const operations = counted.map((line) => JSON.parse(line) as Operation);
  // Whoever binds a socket lets everybody connect to it: one operation of Node.
  const expected = calls.filter(({ call, path }) => !(call === 'chmod' && path.endsWith('.sock')));
  const counts = tally(operations);
  const missed = Object.entries(tally(expected)).filter(([call, count]) => count > (counts[call] ?? 0));
  expect(missed).toEqual([]);
  expect(operations.length).toBeGreaterThan(100);
});
