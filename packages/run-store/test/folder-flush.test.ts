import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { writeFileAtomically } from '../src/atomic-write.js';
import { listCheckpoints } from '../src/checkpoint-files.js';
import { claimRun } from '../src/run-claim.js';
import { continueRun, createRun, NO_RECORDS } from '../src/run-writer.js';
import { fileHandles } from './file-handles.js';
import { sampleEpoch, sampleRun, temporaryFolder } from './sample.js';

const checkpoint = { tensors: { 'dense1.bias': { shape: [3], values: new Float32Array(3) } }, state: {} };
const text = (value: string) => [Buffer.from(value)];

/** From now on until the test ends, the flush of a folder fails with what this returns; undefined: it works. That of a file works. */
async function refuseFlushes(code: () => string | undefined): Promise<void> {
  const handles = await fileHandles();
  const { sync } = handles;
  const spy = vi.spyOn(handles, 'sync').mockImplementation(async function (this: typeof handles) {
    const refusal = (await this.stat()).isDirectory() ? code() : undefined;
    if (refusal !== undefined) throw Object.assign(new Error(`${refusal}: fsync`), { code: refusal });
    return sync.call(this);
  });
  onTestFinished(() => spy.mockRestore());
}

describe.skipIf(process.platform === 'win32')('a file system that can not flush a folder', () => {
  it.each(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EPERM', 'EACCES', 'EBADF', 'EISDIR'])(
    'takes files all the same: %s',
    async (code) => {
      const file = join(await temporaryFolder(), 'file');
      await writeFile(file, 'old');
      await refuseFlushes(() => code);
      await writeFileAtomically(file, text('new'));
      expect(await readFile(file, 'utf8')).toBe('new');
    },
  );

  it('takes a whole run, and is warned of once when it is created or continued', async () => {
    await refuseFlushes(() => 'EINVAL');
    const runs = await temporaryFolder();
    const warnings: string[] = [];
    const options = { warn: (message: string) => void warnings.push(message) };
    const run = await createRun(runs, sampleRun(), options);
    run.appendEpoch(sampleEpoch(1));
    for (const step of [4, 8, 12]) await run.saveCheckpoint(step, checkpoint, 'rolling');
    run.setStatus('finished');
    expect(await run.close()).toEqual({ lost: {}, error: undefined });
    expect((await listCheckpoints(run.folder)).map(({ step }) => step)).toEqual([8, 12]);
    expect(JSON.parse(await readFile(join(run.folder, 'run.json'), 'utf8'))).toMatchObject({ status: 'finished' });
    const warning = expect.stringContaining(`${run.folder} is on a file system that can't flush a folder (EINVAL)`);
    expect(warnings).toEqual([warning]);
    const from = { step: 12, records: NO_RECORDS, keepsCommands: true };
    await (await continueRun(await claimRun(runs, 'sample'), sampleRun(), from, options)).close();
    expect(warnings).toEqual([warning, warning]);
  });
});

describe.skipIf(process.platform === 'win32')('a disk that fails in the flush of a folder', () => {
  it.each(['EIO', 'ENOSPC', 'EDQUOT', 'EROFS'])('refuses the file, because its name may not last: %s', async (code) => {
    const file = join(await temporaryFolder(), 'file');
    await refuseFlushes(() => code);
    await expect(writeFileAtomically(file, text('new'))).rejects.toMatchObject({ code });
  });

  it('leaves a checkpoint that was refused after it had its name, and later saves take it away like any other', async () => {
    const run = await createRun(await temporaryFolder(), sampleRun());
    const steps = async () => (await listCheckpoints(run.folder)).map(({ step }) => step);
    await run.saveCheckpoint(0, checkpoint);
    await run.saveCheckpoint(4, checkpoint, 'rolling');
    let refusal: string | undefined = 'EIO';
    await refuseFlushes(() => refusal);
    for (const step of [8, 12, 16])
      await expect(run.saveCheckpoint(step, checkpoint, 'rolling')).rejects.toMatchObject({ code: 'EIO' });
    expect(await steps()).toEqual([0, 4, 8, 12, 16]);
    refusal = undefined;
    await run.saveCheckpoint(20, checkpoint, 'rolling');
    expect(await steps()).toEqual([0, 16, 20]);
    await run.close();
  });
});
