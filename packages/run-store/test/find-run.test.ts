import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRun } from '../src/find-run.js';
import { temporaryFolder } from './sample.js';

async function folderOf(...ids: string[]): Promise<string> {
  const runs = await temporaryFolder();
  for (const id of ids) await mkdir(join(runs, id));
  return runs;
}

describe('a run is found', () => {
  it.each([
    ['20260102-b', '20260102-b'],
    ['20260101-a', '20260101-a'],
    ['20260101-aa', '20260101-aa'],
    ['20260102', '20260102-b'],
    ['last', '20260103-c'],
  ])('by %s', async (text, id) => {
    expect(await findRun(await folderOf('20260101-a', '20260101-aa', '20260103-c', '20260102-b'), text)).toBe(id);
  });

  it('by a name that is one, even if it is last', async () => {
    expect(await findRun(await folderOf('last', 'z'), 'last')).toBe('last');
  });

  it('or there is one line that says why not', async () => {
    const runs = await folderOf('a1', 'a2', 'a3', 'a4', 'a5');
    await expect(findRun(runs, 'a')).rejects.toThrow('"a" begins 5 ids: a1, a2, a3, a4, ...; write more of it');
    await expect(findRun(runs, 'b')).rejects.toThrow(/^there is no run "b" in /);
    for (const text of ['', '../a1', 'a 1']) await expect(findRun(runs, text)).rejects.toThrow(/is not a run id/);
    await expect(findRun(await folderOf(), 'last')).rejects.toThrow(/^no runs in .*fdr train$/);
  });
});
