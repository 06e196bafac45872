import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { networkFileSystem } from '../src/network-file-system.js';
import { claimRun } from '../src/run-claim.js';
import { continueRun, createRun, NO_RECORDS } from '../src/run-writer.js';
import { sampleRun, temporaryFolder } from './sample.js';

describe.runIf(process.platform === 'linux')('a network file system', () => {
  const type = vi.fn<() => number>();
  beforeEach(() => {
    const spy = vi
      .spyOn(fs, 'statfs')
      .mockImplementation((async () => ({ type: type() })) as unknown as typeof fs.statfs);
    syncBuiltinESMExports();
    onTestFinished(() => {
      spy.mockRestore();
      syncBuiltinESMExports();
    });
  });

  it('is known by its type', async () => {
    // Signed numbers are what a system of 32 bits reports.
    const types = [0x6969, 0xff534d42, 0xff534d42 | 0, 0x65735546, 0x01021997, 0xef53, 0x01021994];
    const names = ['NFS', 'CIFS', 'CIFS', 'FUSE', '9p', undefined, undefined];
    for (const [i, name] of names.entries()) {
      type.mockReturnValue(types[i]!);
      expect(await networkFileSystem('anywhere')).toBe(name);
    }
  });

  it('is warned of once when a run is created or continued there', async () => {
    const runs = await temporaryFolder();
    const warnings: string[] = [];
    const options = { warn: (message: string) => void warnings.push(message) };
    type.mockReturnValue(0xef53);
    const run = await createRun(runs, sampleRun(), options);
    await run.close();
    expect(warnings).toEqual([]);
    type.mockReturnValue(0x6969);
    await (await createRun(runs, sampleRun('another'), options)).close();
    expect(warnings).toEqual([expect.stringMatching(/another is on NFS, .*must be removed by hand/)]);
    const from = { step: 0, records: NO_RECORDS, keepsCommands: true };
    await (await continueRun(await claimRun(runs, 'sample'), sampleRun(), from, options)).close();
    expect(warnings).toHaveLength(2);
  });
});
