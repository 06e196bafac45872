import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleEpoch, sampleRun } from '../../../../packages/run-store/test/sample.js';
import { jsonLines, outcomeOf, start, temporaryFolder } from './fdr.js';

/** A folder with three runs that have ended. */
async function threeRuns() {
  const folder = await temporaryFolder();
  for (const [index, learningRate] of [0.1, 0.05, 0.02].entries()) {
    const path = join(folder, 'runs', `2026010${index + 1}-run`);
    const run = sampleRun();
    await mkdir(path, { recursive: true });
    await writeFile(
      join(path, 'run.json'),
      JSON.stringify({
        ...run,
        name: `run ${index + 1}`,
        status: 'finished',
        createdAt: `2026-01-0${index + 1}T00:00:00.000Z`,
        config: { ...run.config, learningRate },
      }),
    );
    await writeFile(join(path, 'epochs.jsonl'), `${JSON.stringify({ ...sampleEpoch(1), layers: {}, oFB: 0 })}\n`);
  }
  const fdr = (...words: string[]) => outcomeOf(start(folder, 'runs', ...words));
  const listed = async (...words: string[]) =>
    jsonLines<{ name: string }>((await fdr('ls', '--json', ...words)).out).map(({ name }) => name);
  return { fdr, listed };
}

describe('fdr runs', () => {
  it('finds, sorts and limits', async () => {
    const { listed, fdr } = await threeRuns();
    expect(await listed()).toEqual(['run 3', 'run 2', 'run 1']);
    expect(await listed('--filter', 'learning-rate:>=0.05', '--sort', 'learning-rate', '--limit', '1')).toEqual([
      'run 2',
    ]);
    expect(await fdr('ls', '--filter', 'seed:99')).toMatchObject({ code: 0, errors: 'fdr: none of 3 runs fits\n' });
    for (const [words, message] of [
      [['--filter', 'size:1'], /^fdr: there is no field "size"; there are id, .*\n$/],
      [['--sort', 'size'], /^fdr: there is no field "size"; .*\n$/],
      [['--limit', '0'], /^fdr: --limit must be an integer from 1 .*\n$/],
    ] as const)
      expect(await fdr('ls', ...words)).toMatchObject({ code: 2, out: '', errors: expect.stringMatching(message) });
  });

  it('names, tags and archives what an id, its beginning or `last` means', async () => {
    const { listed, fdr } = await threeRuns();
    expect(await fdr('rename', 'last', 'my', 'best')).toEqual({ code: 0, out: '', errors: '' });
    await fdr('tag', '20260102', 'keep', 'two words');
    await fdr('note', '20260101-run', 'a', 'note');
    await fdr('archive', '20260101');
    expect(await listed()).toEqual(['my best', 'run 2']);
    expect(await listed('--filter', 'tag:"two words"')).toEqual(['run 2']);
    const shown = (await fdr('show', '20260101')).out;
    expect(shown).toMatch(/note +a note/);
    await fdr('unarchive', '20260101');
    expect(await listed()).toHaveLength(3);
    expect(await fdr('rename', '2026', 'x')).toMatchObject({
      code: 2,
      errors: expect.stringMatching(/^fdr: "2026" begins 3 ids: .*\n$/),
    });
  });

  it('removes to the trash and brings back', async () => {
    const { listed, fdr } = await threeRuns();
    await fdr('rm', '20260101', 'last');
    expect(await listed()).toEqual(['run 2']);
    expect((await fdr('trash')).out).toBe('20260101-run\n20260103-run\n');
    await fdr('restore', '20260103-run');
    expect(await listed()).toEqual(['run 3', 'run 2']);
    expect((await fdr('trash', '--empty')).out).toBe('1 runs deleted\n');
    expect(await fdr('restore', '20260101-run')).toMatchObject({
      code: 2,
      errors: 'fdr: there is no run "20260101-run" in the trash\n',
    });
  });
});
