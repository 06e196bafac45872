import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { readCheckpoint, writeCheckpoint } from '../src/checkpoint.js';
import { encodeRun } from '../src/run-document.js';
import { openRun } from '../src/run-reader.js';
import { claimRun } from '../src/run-claim.js';
import { continueRun, createRun } from '../src/run-writer.js';
import { sampleEpoch, sampleRun, sampleSteps, sampleWarning, temporaryFolder } from './sample.js';

const TENSORS = {
  'dense1.kernel': { shape: [2, 3], values: new Float32Array(6) },
  'dense1.bias': { shape: [3], values: new Float32Array(3) },
};
const checkpoint = { tensors: TENSORS, state: { any: 'thing' } };

/** A run of three epochs with a checkpoint after the second, whose writer is gone. */
async function interruptedRun() {
  const directory = await temporaryFolder();
  const writer = await createRun(directory, sampleRun());
  const { folder } = writer;
  for (const epoch of [1, 2, 3]) {
    writer.appendSteps(sampleSteps(4 * (epoch - 1), 4 * epoch));
    writer.appendEpoch(sampleEpoch(epoch));
    writer.appendEvent(sampleWarning(4 * epoch));
    // Of the same step, but recorded after the checkpoint.
    if (epoch === 2) await writer.saveCheckpoint(8, checkpoint, 'rolling');
    if (epoch === 2) writer.appendEvent(sampleWarning(8));
  }
  await writer.close();
  const { records } = await readCheckpoint(join(folder, 'checkpoints/8.safetensors'));
  if (!records) throw new Error('the checkpoint has no record counts');
  return { directory, folder, from: { step: 8, records, keepsCommands: true } };
}

/** What the folder holds after the run was continued. */
async function continued({ directory, from }: Awaited<ReturnType<typeof interruptedRun>>) {
  const writer = await continueRun(await claimRun(directory, 'sample'), sampleRun(), from);
  await writer.close();
  const reader = await openRun(directory, 'sample');
  const rows = new Float32Array(Uint8Array.from(await reader.stepRows()).buffer);
  return { epochs: await reader.epochs(), events: await reader.events(), rows, skipped: reader.eventLines.skipped };
}

const AT_CHECKPOINT = {
  epochs: [sampleEpoch(1), sampleEpoch(2)],
  events: [sampleWarning(4), sampleWarning(8)],
  rows: sampleSteps(0, 8),
  skipped: 0,
};

describe('a run that is continued from a checkpoint', () => {
  it('is rolled back to the records it had then, also those of the same step', async () => {
    expect(await continued(await interruptedRun())).toEqual(AT_CHECKPOINT);
  });

  it('is rolled back the same way however its files were torn, and however often', async () => {
    const interrupted = await interruptedRun();
    await appendFile(join(interrupted.folder, 'steps.f32'), Buffer.from([1, 2, 3]));
    await appendFile(join(interrupted.folder, 'epochs.jsonl'), '{"epoch":4,"st');
    await appendFile(join(interrupted.folder, 'events.jsonl'), '\0\0\0\0');
    await writeFile(join(interrupted.folder, '.run.json.0123456789ab.partial'), '{');
    await writeFile(join(interrupted.folder, 'checkpoints/12.safetensors'), 'torn');
    await writeFile(join(interrupted.folder, 'checkpoints/.12.safetensors.0123456789ab.partial'), 'torn');
    expect(await continued(interrupted)).toEqual(AT_CHECKPOINT);
    expect(await continued(interrupted)).toEqual(AT_CHECKPOINT);
    expect(await readdir(join(interrupted.folder, 'checkpoints'))).toEqual(['8.safetensors']);
    expect((await readdir(interrupted.folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('has rows of NaN for steps that the disk has lost', async () => {
    const interrupted = await interruptedRun();
    await truncate(join(interrupted.folder, 'steps.f32'), 4 * 3 * 6 + 5);
    const { rows } = await continued(interrupted);
    expect(rows).toEqual(Float32Array.of(...sampleSteps(0, 6), ...Array<number>(6).fill(NaN)));
  });

  it('is appended to where it was rolled back to', async () => {
    const { directory, folder, from } = await interruptedRun();
    const writer = await continueRun(await claimRun(directory, 'sample'), sampleRun(), from);
    writer.appendSteps(sampleSteps(8, 12));
    writer.appendEpoch(sampleEpoch(3));
    await writer.saveCheckpoint(12, checkpoint);
    await writer.close();
    expect((await readFile(join(folder, 'steps.f32'))).length).toBe(4 * 3 * 12);
    expect((await readCheckpoint(join(folder, 'checkpoints/12.safetensors'))).records).toEqual({
      epochs: 3,
      events: 2,
      commands: 0,
    });
  });

  it('is rejected and unchanged while its writer is alive', async () => {
    const directory = await temporaryFolder();
    const writer = await createRun(directory, sampleRun());
    writer.appendSteps(sampleSteps(0, 4));
    await writer.settled();
    await expect(claimRun(directory, 'sample')).rejects.toThrow(/is in use by process/);
    expect((await readFile(join(writer.folder, 'steps.f32'))).length).toBe(4 * 3 * 4);
    await writer.close();
  });

  it('has no record of a later step even if an earlier record was lost', async () => {
    const interrupted = await interruptedRun();
    const path = join(interrupted.folder, 'epochs.jsonl');
    const [, ...others] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, others.join('\n'));
    expect((await continued(interrupted)).epochs).toEqual([sampleEpoch(2)]);
  });

  it('has nothing half-written left once it is claimed, even if it does not go on then', async () => {
    const { directory, folder } = await interruptedRun();
    const names = ['.run.json.0123456789ab.partial', 'checkpoints/.12.safetensors.0123456789ab.partial'];
    for (const name of names) await writeFile(join(folder, name), '{');
    await (await claimRun(directory, 'sample')).release();
    for (const name of names) await expect(readFile(join(folder, name))).rejects.toThrow('ENOENT');
  });

  it('is not locked any more if it could not be rolled back', async () => {
    const { directory, folder, from } = await interruptedRun();
    await rm(join(folder, 'steps.f32'));
    const claim = await claimRun(directory, 'sample');
    await expect(continueRun(claim, sampleRun(), from)).rejects.toThrow(`can't write to ${folder} (ENOENT)`);
    expect(await readdir(folder)).not.toContain('lock');
  });

  it('keeps no checkpoint of which the records are gone, and no status of an end, where it is rolled back in part', async () => {
    const { directory, folder, from } = await interruptedRun();
    await rm(join(folder, 'steps.f32'));
    for (const step of [12, 16]) await writeCheckpoint(join(folder, `checkpoints/${step}.safetensors`), checkpoint);
    await writeFile(join(folder, 'run.json'), encodeRun({ ...sampleRun(), status: 'finished' }));
    await expect(continueRun(await claimRun(directory, 'sample'), sampleRun(), from)).rejects.toThrow('ENOENT');
    const reader = await openRun(directory, 'sample');
    expect(await reader.epochs()).toEqual(AT_CHECKPOINT.epochs);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([8]);
    expect(reader.run.status).toBe('failed');
  });

  it('has diverged until the commands that made it diverge are gone', async () => {
    const { directory, folder, from } = await interruptedRun();
    await rm(join(folder, 'steps.f32'));
    await writeFile(join(folder, 'run.json'), encodeRun({ ...sampleRun(), status: 'diverged' }));
    await expect(continueRun(await claimRun(directory, 'sample'), sampleRun(), from)).rejects.toThrow('ENOENT');
    expect((await openRun(directory, 'sample')).run.status).toBe('diverged');
  });

  it('shows an open reader the last and the best epoch of those that are left', async () => {
    const interrupted = await interruptedRun();
    const reader = await openRun(interrupted.directory, 'sample');
    expect([reader.lastEpoch, reader.bestTestAccuracy]).toEqual([sampleEpoch(3), 0.903]);
    await continued(interrupted);
    await reader.refresh();
    expect([reader.lastEpoch, reader.bestTestAccuracy]).toEqual([sampleEpoch(2), 0.902]);
  });
});
