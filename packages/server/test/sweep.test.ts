import { sweepOutline, sweepProgress, runPage } from '@fdr/records';
import { createRun } from '@fdr/run-store';
import { expect, it } from 'vitest';
import { sampleRun } from '../../run-store/test/sample.js';
import { recordRun, startTestServer } from './test-server.js';

const outline = {
  name: 'rates',
  settings: ['seed'],
  jobs: ['done', 'live', 'failed', 'stopped', 'later'].map((run, seed) => ({ run, values: [seed] })),
};

it('shows the plan of a sweep, and how far its jobs are', async () => {
  const failed = new Set(['failed', 'done']);
  const { runsDirectory, get } = await startTestServer({
    sweep: { outline, failedRuns: () => Promise.resolve(failed) },
  });
  for (const id of ['done', 'stopped'] as const) {
    const writer = await createRun(runsDirectory, sampleRun(id));
    writer.setStatus(id === 'done' ? 'finished' : id);
    await writer.close();
  }
  await recordRun(runsDirectory, 'live', 2);

  expect(sweepOutline.parse(await (await get('/api/sweep')).json())).toEqual(outline);
  const progress = sweepProgress.parse(await (await get('/api/sweep/progress')).json());
  // What has finished has not failed, whatever happened to it before.
  expect(progress.states).toEqual(['done', 'running', 'failed', 'waiting', 'waiting']);
  expect(progress.pending).toBe(0);
  expect(progress.epoch).toEqual([0, 2, 0, 0, 0]);
  expect(progress.epochs.map((count) => count > 0)).toEqual([true, true, false, true, false]);
  expect(progress.testAccuracy[1]).toBeGreaterThan(0);
  expect(progress.testAccuracy[4]).toBeNull();
  expect(runPage.parse(await (await get('/api/runs')).json()).sweep).toBe('rates');
});

it('says where there is no sweep', async () => {
  const { get } = await startTestServer();
  expect((await get('/api/sweep')).status).toBe(404);
  expect((await get('/api/sweep/progress')).status).toBe(404);
  expect(runPage.parse(await (await get('/api/runs')).json()).sweep).toBeNull();
});
