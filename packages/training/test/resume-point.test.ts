import { expect, it } from 'vitest';
import type { Command } from '@fdr/records';
import { DEFAULT_CONFIG } from '../src/default-config.js';
import { resumePoint } from '../src/resume-point.js';
import { startSession } from '../src/session.js';
import { temporaryFolder } from '../../run-store/test/sample.js';

/** A training without end, after its first epoch. */
async function trainingWithoutEnd() {
  const runsDirectory = await temporaryFolder();
  const warn = (message: string) => expect.unreachable(message);
  let begun = (): void => undefined;
  const firstEpoch = new Promise<void>((resolve) => (begun = resolve));
  const session = await startSession({
    checkpointEvery: 60,
    name: 'test',
    runsDirectory,
    warn,
    config: {
      ...DEFAULT_CONFIG,
      dataset: 'synthetic',
      backend: 'onnx',
      threads: 1,
      schedule: { kind: 'constant' },
      epochs: 1e6,
    },
    listen: (report) => report.type === 'epoch' && begun(),
  });
  await firstEpoch;
  const { id } = session.run;
  const command = async (given: Partial<Command>) =>
    expect(await session.command({ commandId: 'one', runId: id, ...given } as Command)).toEqual({ ok: true });
  const stop = async () => {
    await command({ type: 'stop' });
    await session.ended;
  };
  return {
    command,
    stop,
    point: async (epochs?: number) => {
      const point = await resumePoint({ runsDirectory, id, epochs, warn });
      await point.claim.release();
      return point;
    },
  };
}

it('there is no point to go on from while the run has a living writer', async () => {
  const { point, stop } = await trainingWithoutEnd();
  await expect(point()).rejects.toThrow(/is in use by process \d+ on /);
  await stop();
  expect((await point()).snapshot?.state.progress.epoch).toBeGreaterThanOrEqual(1);
});

it('the epochs stay as they are under a cosine schedule, though a command has set it', async () => {
  const { command, point, stop } = await trainingWithoutEnd();
  await command({ type: 'setSchedule', schedule: { kind: 'cosine', minimumLearningRate: 0 } });
  await stop();
  await expect(point(2e6)).rejects.toThrow(
    /^--epochs can't be changed: the cosine schedule of run .* spans its 1000000$/,
  );
  expect((await point(1e6)).run.config.epochs).toBe(1e6);
});
