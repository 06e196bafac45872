import { expect, it } from 'vitest';
import type { Command, EventRecord, ScheduleConfig } from '@fdr/records';
import { DEFAULT_CONFIG } from '../src/default-config.js';
import { resumePoint } from '../src/resume-point.js';
import { startSession } from '../src/session.js';
import { temporaryFolder } from '../../run-store/test/sample.js';

/** A training without end, after its first epoch. */
async function trainingWithoutEnd() {
  const runsDirectory = await temporaryFolder();
  const warn = (message: string) => expect.unreachable(message);
  const events: EventRecord[] = [];
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
    listen: (report) => {
      if (report.type === 'event') events.push(report.record);
      if (report.type === 'epoch') begun();
    },
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
    events,
    ended: session.ended,
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

it.each<ScheduleConfig>([
  { kind: 'cosine', minimumLearningRate: 0 },
  { kind: 'wsd', decayFraction: 0.2 },
])('the epochs stay as they are under the schedule %j, though a command has set it', async (schedule) => {
  const { command, point, stop } = await trainingWithoutEnd();
  await command({ type: 'setSchedule', schedule });
  await stop();
  await expect(point(2e6)).rejects.toThrow(
    new RegExp(`^--epochs can't be changed: the ${schedule.kind} schedule of run .* spans its 1000000$`),
  );
  expect((await point(1e6)).run.config.epochs).toBe(1e6);
});

it('a training that its cooldown has ended is finished: it goes on from an earlier checkpoint alone', async () => {
  const { command, point, events, ended } = await trainingWithoutEnd();
  // A large rate forgets its start within a few epochs, and any ratio between 0.01 and 1.99 will do.
  await command({ type: 'setLearningRate', learningRate: 0.3 });
  await command({ type: 'setSchedule', schedule: { kind: 'cooldown', threshold: 0.99 } });
  await ended;
  expect(events.at(-1)).toMatchObject({
    status: 'finished',
    message: expect.stringMatching(/^the cooldown of \d+ epochs? is over: the learning rate is 0$/),
  });
  await expect(point(2e6)).rejects.toThrow(/^run .* has finished after \d+ epochs: the cooldown .* --from STEP$/);
});
