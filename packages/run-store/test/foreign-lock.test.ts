import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { lockFolder, removeForeignLock } from '../src/lock.js';

it('the lock of a process on another machine can be removed by who knows that it has ended, and no other lock', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'lock');
  await removeForeignLock(folder);
  const own = await lockFolder(folder);
  await removeForeignLock(folder);
  const text = await readFile(file, 'utf8');
  await own.release();

  const elsewhere = { ...(JSON.parse(text) as object), host: 'elsewhere', boot: 'another boot' };
  await writeFile(file, JSON.stringify(elsewhere));
  await expect(lockFolder(folder)).rejects.toThrow('is in use by process');
  await removeForeignLock(folder);
  await (await lockFolder(folder)).release();
});
