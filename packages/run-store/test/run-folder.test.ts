import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runId } from '@fdr/records';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeRunId } from '../src/run-id.js';
import { listRuns } from '../src/run-list.js';
import { openRun } from '../src/run-reader.js';
import { createRun } from '../src/run-writer.js';
import { fileHandles } from './file-handles.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from './sample.js';

const values = (bytes: Buffer) => [...new Float32Array(new Uint8Array(bytes).buffer)];

describe('makeRunId', () => {
  it('makes an id from time, name and a random part that the schema accepts', () => {
    const id = makeRunId('Größe / ../ MLP 1', new Date('2019-05-06T14:30:00Z'));
    expect(id).toMatch(/^20190506-143000-gro-e-mlp-1-[0-9a-f]{8}$/);
    for (const name of ['', '..', '𓀀', 'x'.repeat(1000)]) expect(runId.safeParse(makeRunId(name)).success).toBe(true);
  });

  it('makes different ids in the same instant', () => {
    const now = new Date();
    expect(new Set(Array.from({ length: 100 }, () => makeRunId('same', now))).size).toBe(100);
  });
});

describe('a run folder', () => {
  it('is read back as it was written, NaN and infinities included', async () => {
    const runs = join(await temporaryFolder(), 'not', 'there', 'yet');
    const writer = await createRun(runs, sampleRun());
    writer.appendEvent(sampleWarning(0));
    for (const epoch of [1, 2]) {
      writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
      writer.appendEpoch(sampleEpoch(epoch));
    }
    writer.setStatus('paused');
    writer.setStatus('finished');
    expect(await writer.close()).toEqual({ lost: {}, error: undefined });

    const reader = await openRun(runs, 'sample');
    expect(reader.run).toEqual({ ...sampleRun(), status: 'finished' });
    expect(reader.position()).toEqual({ epochs: 2, steps: 8, events: 1 });
    expect(await reader.epochs()).toEqual([sampleEpoch(1), sampleEpoch(2)]);
    expect(await reader.epochs(1)).toEqual([sampleEpoch(2)]);
    expect(await reader.events()).toEqual([sampleWarning(0)]);
    expect(values(await reader.stepRows(0, 8))).toEqual([...sampleSteps(0, 8)]);
    expect(values(await reader.stepRows(3, 5))).toEqual([...sampleSteps(3, 5)]);
    expect(reader.lastEpoch).toEqual(sampleEpoch(2));
    expect(reader.bestTestAccuracy).toBe(0.902);
    expect((await readdir(join(runs, 'sample'))).sort()).toEqual([
      'checkpoints',
      'commands.jsonl',
      'epochs.jsonl',
      'events.jsonl',
      'run.json',
      'steps.f32',
    ]);
  });

  it('gets a copy of the rows, so that the caller may reuse the array', async () => {
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun());
    const rows = sampleSteps(0, 2);
    writer.appendSteps(rows);
    rows.fill(9);
    await writer.close();
    expect(values(await (await openRun(runs, 'sample')).stepRows())).toEqual([...sampleSteps(0, 2)]);
  });

  it('does not accept values that do not make up whole rows', async () => {
    const writer = await createRun(await temporaryFolder(), sampleRun());
    expect(() => writer.appendSteps(new Float32Array(4))).toThrow(/multiple of 3 values \(loss, oL, oR\), not 4/);
    await writer.close();
  });

  it('is read while it is written, with the steps of every epoch', async () => {
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun());
    const reader = await openRun(runs, 'sample');
    expect(reader.position()).toEqual({ epochs: 0, steps: 0, events: 0 });
    for (let epoch = 1; epoch <= 20; epoch++) {
      writer.appendSteps(sampleSteps(4 * epoch - 4, 4 * epoch));
      writer.appendEpoch(sampleEpoch(epoch));
      await reader.refresh();
      const { epochs, steps } = reader.position();
      // However far the writer is, the steps of each epoch are there.
      expect(steps).toBeGreaterThanOrEqual(4 * epochs);
    }
    writer.appendEvent(sampleWarning(80));
    await writer.settled();
    expect(await reader.refresh()).toBe(true);
    expect(await reader.refresh()).toBe(false);
    expect(reader.position()).toEqual({ epochs: 20, steps: 80, events: 1 });
    expect((await reader.epochs()).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const { revision } = reader;
    writer.setStatus('stopped');
    await writer.close();
    await reader.refresh();
    expect([reader.run.status, reader.revision]).toEqual(['stopped', revision + 1]);
  });

  it('is reported as failed as soon as its process is gone without a last status, and not before', async () => {
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun());
    const reader = await openRun(runs, 'sample');
    const lock = join(writer.folder, 'lock');
    const holder = JSON.parse(await readFile(lock, 'utf8')) as object;
    await reader.refresh();
    expect(reader.run.status).toBe('running');
    // As after kill -9: the lock of a process that is gone.
    await writeFile(lock, JSON.stringify({ ...holder, pid: 2 ** 30, key: '0123456789ab' }));
    expect(await reader.refresh()).toBe(true);
    expect(reader.run.status).toBe('failed');
    expect(await reader.refresh()).toBe(false);
    expect(JSON.parse(await readFile(join(writer.folder, 'run.json'), 'utf8'))).toMatchObject({ status: 'running' });
    await writer.close();
  });

  it('is not created a second time', async () => {
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun());
    await expect(createRun(runs, sampleRun())).rejects.toThrow(/sample exists already$/);
    await writer.close();
  });

  it('is not created where a file is in the way, and the message names the path', async () => {
    const directory = await temporaryFolder();
    await writeFile(join(directory, 'file'), '');
    const refused = createRun(join(directory, 'file'), sampleRun());
    await expect(refused).rejects.toThrow(`can't make the run folder ${join(directory, 'file', 'sample')} (E`);
  });

  it.skipIf(process.getuid?.() === 0)('is not created in a directory that is not writable', async () => {
    const directory = await temporaryFolder();
    await chmod(directory, 0o555);
    await expect(createRun(directory, sampleRun())).rejects.toThrow(`${join(directory, 'sample')} (EACCES)`);
    await chmod(directory, 0o755);
  });

  it('reports the best test accuracy even if some epochs have NaN', async () => {
    const runs = await temporaryFolder();
    const writer = await createRun(runs, sampleRun());
    for (const [i, testAccuracy] of [NaN, 0.5, 0.7, NaN, 0.6].entries()) {
      writer.appendEpoch(sampleEpoch(i + 1, { testAccuracy }));
    }
    await writer.close();
    expect((await openRun(runs, 'sample')).bestTestAccuracy).toBe(0.7);
  });

  it('is removed again if its files can not be written', async () => {
    const runs = await temporaryFolder();
    const sync = vi.spyOn(await fileHandles(), 'sync').mockRejectedValue(new Error('the disk is full'));
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => {
      sync.mockRestore();
      listen.mockRestore();
    });
    await expect(createRun(runs, sampleRun())).rejects.toThrow(
      /can't make the run folder .*sample \(.*disk is full\)$/,
    );
    expect((listen.mock.contexts[0] as Server).listening).toBe(false);
    expect(await readdir(runs)).toEqual([]);
  });

  it('has the steps in its file before the checkpoint that follows them', async () => {
    const writer = await createRun(await temporaryFolder(), sampleRun());
    const handles = await fileHandles();
    const { write } = handles;
    const slow = vi.spyOn(handles, 'write').mockImplementation(async function (this: typeof handles, bytes: unknown) {
      await setTimeout(100);
      return Reflect.apply(write, this, [bytes]);
    });
    onTestFinished(() => slow.mockRestore());
    writer.appendSteps(sampleSteps(0, 4));
    await writer.saveCheckpoint(4, { tensors: {}, state: {} });
    expect((await readFile(join(writer.folder, 'steps.f32'))).length).toBe(4 * 3 * 4);
    await writer.close();
  });

  it('is released by its writer after the last checkpoint, and is not written again', async () => {
    const writer = await createRun(await temporaryFolder(), sampleRun(), { warn: () => undefined });
    const steps = join(writer.folder, 'steps.f32');
    await rm(steps);
    await mkdir(steps);
    writer.appendSteps(sampleSteps(0, 4));
    const saved = writer.saveCheckpoint(4, { tensors: {}, state: {} });
    expect((await writer.close()).error).toBe('EISDIR');
    expect((await readdir(writer.folder)).toSorted()).not.toContain('lock');
    expect(await readdir(join(writer.folder, 'checkpoints'))).toEqual(['4.safetensors']);
    await saved;
    await rmdir(steps);
    expect((await writer.close()).error).toBe('EISDIR');
    expect(await readdir(writer.folder)).not.toContain('steps.f32');
  });

  it('is read once for refreshes at the same time', async () => {
    const runs = await temporaryFolder();
    await (await createRun(runs, sampleRun())).close();
    const reader = await openRun(runs, 'sample');
    expect(reader.refresh()).toBe(reader.refresh());
  });
});

describe('listRuns', () => {
  it('lists the newest run first, names the damaged ones, and ignores what is no run', async () => {
    const runs = await temporaryFolder();
    for (const [id, createdAt] of [
      ['old', '2019-05-06T14:30:00.000Z'],
      ['new', '2019-05-07T14:30:00.000Z'],
    ] as const) {
      await (await createRun(runs, { ...sampleRun(id), createdAt })).close();
    }
    await mkdir(join(runs, '.hidden'));
    await writeFile(join(runs, 'a-file'), '');
    await mkdir(join(runs, 'empty'));
    for (const [id, text] of [
      ['torn', '{"schemaVersion":1,'],
      ['future', JSON.stringify({ ...sampleRun(), schemaVersion: 2 })],
      ['odd', JSON.stringify({ ...sampleRun(), status: 'dreaming' })],
    ] as const) {
      await mkdir(join(runs, id));
      await writeFile(join(runs, id, 'run.json'), text);
    }
    const { runs: found, damaged } = await listRuns(runs);
    expect(found.map(({ id }) => id)).toEqual(['new', 'old']);
    expect(Object.fromEntries(damaged.map(({ id, error }) => [id, error]))).toEqual({
      empty: 'run empty has no run.json',
      torn: 'run torn: run.json is no JSON',
      future: 'run future: run.json must have a schemaVersion from 1 to 1; to read a newer one, update fdr',
      odd: expect.stringMatching(/^run odd: run\.json: status: /),
    });
  });

  it('lists nothing if there is no directory', async () => {
    expect(await listRuns(join(await temporaryFolder(), 'none'))).toEqual({ runs: [], damaged: [] });
  });

  it('keeps readers between calls, so that only what is new is read', async () => {
    const runs = await temporaryFolder();
    const readers = new Map();
    const writer = await createRun(runs, sampleRun());
    const before = (await listRuns(runs, readers)).runs[0];
    writer.appendEpoch(sampleEpoch(1));
    await writer.close();
    const after = (await listRuns(runs, readers)).runs[0];
    expect(after).toBe(before);
    expect(after?.lastEpoch).toEqual(sampleEpoch(1));
  });

  it('forgets readers of runs that were removed or damaged', async () => {
    const runs = await temporaryFolder();
    const readers = new Map();
    for (const id of ['kept', 'removed', 'damaged']) await (await createRun(runs, sampleRun(id))).close();
    await listRuns(runs, readers);
    expect([...readers.keys()].toSorted()).toEqual(['damaged', 'kept', 'removed']);
    await rm(join(runs, 'removed'), { recursive: true });
    await writeFile(join(runs, 'damaged', 'run.json'), 'no JSON');
    expect((await listRuns(runs, readers)).damaged.map(({ id }) => id)).toEqual(['damaged']);
    expect([...readers.keys()]).toEqual(['kept']);
  });
});

describe('run.json', () => {
  it('matches its schema and ends with a newline', async () => {
    const runs = await temporaryFolder();
    await (await createRun(runs, sampleRun())).close();
    const text = await readFile(join(runs, 'sample', 'run.json'), 'utf8');
    expect(JSON.parse(text)).toEqual(sampleRun());
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('is not read if it is larger than 16 MiB', async () => {
    const runs = await temporaryFolder();
    await (await createRun(runs, sampleRun())).close();
    await truncate(join(runs, 'sample', 'run.json'), 2 ** 24 + 1);
    await expect(openRun(runs, 'sample')).rejects.toThrow('run.json has 16777217 bytes, expected at most 16777216');
  });

  it('gets its id from the folder, which may have been renamed', async () => {
    const runs = await temporaryFolder();
    await (await createRun(runs, sampleRun())).close();
    await rename(join(runs, 'sample'), join(runs, 'renamed'));
    const reader = await openRun(runs, 'renamed');
    expect([reader.id, reader.run.id]).toEqual(['renamed', 'renamed']);
  });
});
