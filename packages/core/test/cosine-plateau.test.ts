import { describe, expect, it } from 'vitest';
import { cosine } from '../src/relations/schedules/cosine.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import { epochEnd, walk } from './contract/schedule-walk.js';
import { distance } from './reference/closeness.js';

describe('the cosine schedule', () => {
  it('is the closed form, to the last epoch', () => {
    const { rates, reasons } = walk(cosine({ minimumLearningRate: 0.01 }), 0.5, Array(105).fill({}), 100);
    const closed = Array.from(
      { length: 99 },
      (_, epoch) => 0.01 + 0.245 * (1 + Math.cos((Math.PI * (epoch + 1)) / 100)),
    );
    expect(distance(rates.slice(0, 99), closed)).toBeLessThan(1e-14);
    // Epoch 100 is the last: what the rate would be after it nobody needs.
    expect(rates.slice(99)).toEqual(Array(6).fill(rates[98]));
    expect(reasons).toHaveLength(99);
    expect(reasons[4]).toEqual({
      rule: 'cosine',
      message: '5 of 100 epochs had passed',
      epochs: 5,
      ofEpochs: 100,
    });
  });

  it("goes through PyTorch's numbers", () => {
    // torch.optim.lr_scheduler.CosineAnnealingLR(T_max=8, eta_min=0.01) of PyTorch 1.13.0 from 0.1
    const pytorch = [
      0.0965745789630079, 0.08681980515339463, 0.07222075445642905, 0.055, 0.03777924554357096, 0.023180194846605363,
      0.013425421036992097,
    ];
    expect(
      distance(walk(cosine({ minimumLearningRate: 0.01 }), 0.1, Array(7).fill({}), 8).rates, pytorch),
    ).toBeLessThan(1e-14);
  });

  it('lets a rate that is set by hand scale the rest, and never goes below its minimum', () => {
    const { decide } = cosine();
    const after = (learningRate: number) => decide({ epochs: 1, total: 4 }, epochEnd({ learningRate })).learningRate;
    expect(distance([after(0.2)], [2 * after(0.1)])).toBeLessThan(1e-15);
    expect(walk(cosine({ minimumLearningRate: 0.2 }), 0.1, [{}], 4).rates).toEqual([0.1]);
    // The last epochs of a very long one are still above zero.
    const last = decide({ epochs: 2, total: 4 }, epochEnd({ learningRate: 0.1 })).learningRate;
    expect(last).toBeGreaterThan(0);
  });

  it('begins with the epochs that lie before it, and warns of a minimum that is not below the rate', () => {
    const horizon = { epochs: 3, stepsPerEpoch: 1, learningRate: 0.1 };
    expect(cosine().begin(horizon)).toEqual({ state: { epochs: 0, total: 3 }, warnings: [] });
    expect(cosine({ minimumLearningRate: 0.5 }).begin(horizon).warnings[0]).toMatch(/^the minimum learning rate 0.5/);
  });
});

describe('the plateau schedule', () => {
  const losses = (values: readonly number[]) => values.map((trainLoss) => ({ trainLoss }));

  it("drops where PyTorch's does", () => {
    // Losses that fall with spikes for 20 epochs, then ever so little for 10, then not at all.
    const given = Array.from({ length: 40 }, (_, t) =>
      t < 20 ? 2 / (1 + t) + (t % 7 === 3 ? 0.5 : 0) + 0.3 : 0.395 - (t < 30 ? 0.00003 * (t - 20) : 0),
    );
    // torch.optim.lr_scheduler.ReduceLROnPlateau(patience=3, min_lr=2e-4) of PyTorch 1.13.0 from 0.1, given these.
    const pytorch = [...Array(32).fill(0.1), ...Array(4).fill(0.01), ...Array(4).fill(0.001)] as number[];
    const { rates, reasons } = walk(plateau({ patience: 3, minimumLearningRate: 2e-4 }), 0.1, losses(given));
    expect(distance(rates, pytorch)).toBeLessThan(1e-15);
    expect(reasons[0]).toMatchObject({ rule: 'plateau', epochs: 4 });
  });

  it('bears as many epochs as its patience, and counts anew after a drop', () => {
    const { rates } = walk(plateau({ patience: 1, factor: 0.5 }), 0.8, losses([1, 1, 1, 1, 1, 0.5, 0.5, 0.5]));
    // best 1; worse 1; worse 2: drop; worse 1; worse 2: drop; best 0.5; worse 1; worse 2: drop
    expect(rates).toEqual([0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1]);
  });

  it('counts a loss as better only if it beats the best by the improvement', () => {
    const drops = (second: number) => walk(plateau({ patience: 0, improvement: 0.25 }), 1, losses([1, second])).reasons;
    expect(drops(0.75)).toEqual([
      { rule: 'plateau', message: 'the training loss had not fallen below 1 for 1 epochs', best: 1, epochs: 1 },
    ]);
    expect(drops(0.7499)).toEqual([]);
  });

  it('decides nothing on a loss that is not finite, and makes no change that is too small', () => {
    const schedule = plateau({ patience: 0 });
    expect(walk(schedule, 0.1, losses([1, NaN, Infinity, 0.5, NaN])).reasons).toEqual([]);
    expect(walk(schedule, 1e-8, losses([1, 1, 1])).reasons).toEqual([]);
    expect(walk(plateau({ patience: 0, minimumLearningRate: 0.05 }), 0.1, losses([1, 1, 1])).rates).toEqual([
      0.1, 0.05, 0.05,
    ]);
  });

  it('refuses by name what does not fit', () => {
    expect(() => plateau({ patience: -1 })).toThrow('patience must be an integer in [0, 1000000]; found -1');
    expect(() => plateau({ factor: 1 })).toThrow('factor must be a number in (0, 1); found 1');
    expect(() => plateau({ improvement: 1 })).toThrow('improvement must be a number in [0, 1); found 1');
  });
});
