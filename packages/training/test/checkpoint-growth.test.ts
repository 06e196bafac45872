import { cp, mkdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from '@fdr/records';
import { listCheckpoints, openRun, readCheckpoint } from '@fdr/run-store';
import { eventually, temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { resumePoint } from '../src/resume-point.js';
import { resumeSession, startSession, type Session, type SessionListeners } from '../src/session.js';
import { SAMPLE_CONFIG } from './sample-config.js';

const SILENT: SessionListeners = { listen: () => undefined, warn: () => undefined };

const start = async (epochs: number, keepEvery?: number, listeners = SILENT) => {
  const runsDirectory = await temporaryFolder();
  const options = { name: '', runsDirectory, checkpointEvery: 60, keepEvery, config: { ...SAMPLE_CONFIG, epochs } };
  return startSession({ ...options, ...listeners });
};

/** Goes on in a copy of a run's folder that has been changed. */
async function resumed(folder: string, epochs: number, change: (copy: string) => Promise<void>) {
  const runsDirectory = await temporaryFolder();
  const copy = join(runsDirectory, basename(folder));
  await cp(folder, copy, { recursive: true, filter: (path) => !/\/lock/.test(path.slice(folder.length)) });
  await change(copy);
  const skipped: string[] = [];
  const warn = (text: string) => skipped.push(text);
  const from = await resumePoint({ runsDirectory, id: basename(folder), epochs, warn });
  const session = await resumeSession({ runsDirectory, from, checkpointEvery: 60, acceptChanges: false, ...SILENT });
  expect(await session.ended).toEqual({ status: 'finished', complete: true });
  return { folder: copy, from, skipped };
}

const rows = (folder: string) => readFile(join(folder, 'steps.f32'));
const epochs = async (folder: string) =>
  (await (await openRun(join(folder, '..'), basename(folder))).epochs()).map((record) => ({ ...record, seconds: 0 }));
const holdsAverages = async (path: string) =>
  Object.keys((await readCheckpoint(path)).tensors).includes('averages/loss');

const command = (session: Session, given: Partial<Command>) =>
  session.command({ commandId: String(Math.random()), runId: session.run.id, ...given } as Command);

it('a checkpoint does not grow with the steps, and goes on to the same bits', { timeout: 600_000 }, async () => {
  const { run, folder, ended } = await start(4, 1);
  await ended;
  const files = await listCheckpoints(folder);
  const { stepsPerEpoch } = run;
  const sizes = await Promise.all(
    [1, 4].map(async (epoch) => (await stat(files.find(({ step }) => step === epoch * stepsPerEpoch)!.path)).size),
  );
  // The prefix sums of loss, O_L and O_R would be 12 bytes a step. What may differ is how many digits the numbers of the state have.
  expect(12 * (4 - 1) * stepsPerEpoch).toBeGreaterThan(1400);
  expect(Math.abs(sizes[1]! - sizes[0]!)).toBeLessThan(100);

  const again = await resumed(folder, 4, async (copy) => {
    for (const { step, path } of await listCheckpoints(copy)) if (step > 2 * stepsPerEpoch) await rm(path);
    const document = join(copy, 'run.json');
    await writeFile(document, (await readFile(document, 'utf8')).replace('"finished"', '"running"'));
  });
  expect([again.from.rollback.step, again.skipped]).toEqual([2 * stepsPerEpoch, []]);
  expect((await rows(again.folder)).equals(await rows(folder))).toBe(true);
  expect(await epochs(again.folder)).toEqual(await epochs(folder));
});

it('a checkpoint keeps what lost rows can not tell, and goes on to the same bits', { timeout: 600_000 }, async () => {
  let begun = (): void => undefined;
  const firstEpoch = new Promise<void>((resolve) => (begun = resolve));
  const session = await start(1_000_000, undefined, { ...SILENT, listen: ({ type }) => type === 'epoch' && begun() });
  await firstEpoch;
  const steps = join(session.folder, 'steps.f32');
  await eventually(() => rename(steps, `${steps}.away`));
  await mkdir(steps);
  await eventually(async () => expect(await command(session, { type: 'checkpoint' })).toMatchObject({ ok: false }));
  await command(session, { type: 'pause' });
  const crashed = join(await temporaryFolder(), session.run.id);
  // A checkpoint may still be under way, and its partial file go while the folder is copied.
  await eventually(() => cp(session.folder, crashed, { recursive: true, filter: (path) => !/\/lock/.test(path) }));
  const newest = (await listCheckpoints(crashed)).at(-1)!;
  expect(await holdsAverages(newest.path)).toBe(true);
  await rmdir(steps);
  await rename(`${steps}.away`, steps);
  const done = session.run.stepsPerEpoch;
  const rowBytes = 4 * session.run.stepColumns.length;
  await command(session, { type: 'resume' });
  const last = Math.ceil(newest.step / done) + 2;
  await eventually(async () => expect((await rows(session.folder)).length).toBeGreaterThan(last * done * rowBytes));
  await command(session, { type: 'stop' });
  await session.ended;

  const again = await resumed(crashed, last, async (copy) => {
    await rmdir(join(copy, 'steps.f32'));
    await writeFile(join(copy, 'steps.f32'), '');
  });
  expect(again.from.rollback).toMatchObject({ step: newest.step, rowsFrom: newest.step });
  const final = (await listCheckpoints(again.folder)).at(-1)!;
  expect(final.step).toBe(last * done);
  // Its averages are of rows that were lost before.
  expect(await holdsAverages(final.path)).toBe(true);
  const since = (bytes: Buffer) => bytes.subarray(newest.step * rowBytes, last * done * rowBytes);
  expect(since(await rows(again.folder)).equals(since(await rows(session.folder)))).toBe(true);
});
