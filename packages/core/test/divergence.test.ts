import { describe, expect, it } from 'vitest';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { train } from '../src/training/trainer.js';
import { base, collect, column, itemsOf } from './contract/sample-training.js';

describe('a training that goes wrong', () => {
  const wild = { ...base, learningRate: 1e9, epochs: 2, segmentSteps: () => 4 };

  it('stops when the loss is no longer finite, and reports at which step', async () => {
    const items = await collect(train(wild));
    const losses = column('loss', items);
    const first = losses.findIndex((loss) => !Number.isFinite(loss)) + 1;
    expect(first).toBeGreaterThan(0);
    const warning = itemsOf('event', items).at(-1)!.record;
    expect(warning.type === 'warning' && warning.message).toMatch(new RegExp(`^the loss is .* at step ${first}:`));
    expect(items.at(-1)).toMatchObject({ type: 'end', reason: 'diverged' });
    expect(losses.length).toBe(Math.ceil(first / 4) * 4);
  });

  it('goes on if it is asked to, never takes it for equilibrium, and warns once', async () => {
    const schedule = equilibrium({ threshold: 0.99, decay: 0.1 });
    const items = await collect(train({ ...wild, schedule, onDivergence: 'continue' }));
    expect(items.at(-1)).toMatchObject({ type: 'end', reason: 'finished' });
    expect(itemsOf('epoch', items)).toHaveLength(2);
    expect(itemsOf('epoch', items)[1]!.record.ratio).toBeNaN();
    const events = itemsOf('event', items).map(({ record }) => record);
    expect(events.filter((event) => event.type === 'learningRate')).toEqual([]);
    expect(events.filter((event) => event.type === 'warning' && event.message.includes('diverged'))).toHaveLength(1);
  });

  it('warns where there is no weight decay, and where X and Y do not fit', async () => {
    const schedule = equilibrium({ threshold: 0.1, decay: 0.05 });
    const iterator = train({ ...base, weightDecay: 0, schedule })[Symbol.asyncIterator]();
    const messages: string[] = [];
    for (let item = 0; item < 3; item++) {
      const { value } = await iterator.next();
      if (value?.type === 'event' && value.record.type === 'warning') messages.push(value.record.message);
    }
    await iterator.return?.();
    expect(messages).toEqual([
      expect.stringMatching(/^batch size 6/),
      expect.stringMatching(/^without weight decay/),
      expect.stringMatching(/^decay 0.05/),
    ]);
  });
});
