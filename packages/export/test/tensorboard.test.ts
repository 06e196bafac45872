import { createRun, openRun } from '@fdr/run-store';
import { temporaryFolder } from '@fdr/testing';
import { expect, it } from 'vitest';
import { sampleEpoch, sampleRun } from '../../run-store/test/sample.js';
import { eventFile } from '../src/event-file.js';
import { tensorboardEvents } from '../src/tensorboard.js';

it('a run has the numbers of its steps and epochs, at times that its epochs tell', async () => {
  const folder = await temporaryFolder();
  const run = sampleRun();
  const writer = await createRun(folder, run);
  writer.appendSteps(Float32Array.from({ length: 3 * 4 }, (_, index) => index));
  const epoch = sampleEpoch(1, { layers: {}, seconds: 2 });
  writer.appendEpoch(epoch);
  await writer.close();
  const begin = Date.parse(run.createdAt) / 1000;
  const step = (number: number, ...[loss = 0, oL = 0, oR = 0]: number[]) => ({
    wallTime: begin + number / 2,
    step: number,
    scalars: [
      { tag: 'step/loss', value: loss },
      { tag: 'step/oL', value: oL },
      { tag: 'step/oR', value: oR },
    ],
  });
  const scalars = Object.entries(epoch).flatMap(([name, value]) =>
    typeof value === 'number' && name !== 'step' ? [{ tag: `epoch/${name}`, value }] : [],
  );
  const expected = [
    step(1, 0, 1, 2),
    step(2, 3, 4, 5),
    step(3, 6, 7, 8),
    { wallTime: begin + 2, step: 4, scalars },
    step(4, 9, 10, 11),
  ];
  expect((await tensorboardEvents(await openRun(folder, 'sample'))).equals(eventFile(expected))).toBe(true);
});
