import { describe, expect, it } from 'vitest';
import { inEquilibrium, slowest } from '../src/relations/equilibrium-rule.js';
import { constant } from '../src/relations/schedules/constant.js';
import { cosine } from '../src/relations/schedules/cosine.js';
import { equilibrium } from '../src/relations/schedules/equilibrium.js';
import { plateau } from '../src/relations/schedules/plateau.js';
import type { EpochEnd, Schedule } from '../src/relations/schedules/schedule.js';
import { step } from '../src/relations/schedules/step.js';
import { distance } from './reference/closeness.js';

const sides = (ratio: number) => ({ oLHalf: ratio * 0.04, oRHalf: 0.04 });
const balance = (ratio: number, stepsUsed = 300) => ({ ...sides(ratio), stepsUsed });
/** An epoch's end, of which one thing matters. */
const epochEnd = (change: Partial<EpochEnd>): EpochEnd => ({
  oLHalf: NaN,
  oRHalf: NaN,
  stepsUsed: 300,
  learningRate: 0.1,
  layers: {},
  trainLoss: NaN,
  ...change,
});
/** A training long enough for every schedule. */
const LONG = { epochs: 1000, stepsPerEpoch: 600 };
/** The learning rate after each of these ends, and the reasons of its changes; `epochs` is how long the schedule is. */
function walk(
  { begin, decide }: Schedule,
  learningRate: number,
  ends: readonly Partial<EpochEnd>[],
  epochs: number = LONG.epochs,
) {
  let { state } = begin({ ...LONG, epochs, learningRate });
  const reasons: unknown[] = [];
  const rates = ends.map((end) => {
    const decision = decide(JSON.parse(JSON.stringify(state)) as typeof state, epochEnd({ ...end, learningRate }));
    if (decision.reason) reasons.push(decision.reason);
    else expect(decision.learningRate).toBe(learningRate);
    ({ state, learningRate } = decision);
    return learningRate;
  });
  return { rates, reasons };
}

describe('the equilibrium rule', () => {
  it('holds exactly inside the band around one', () => {
    expect(inEquilibrium(balance(1), 0.01)).toBe(true);
    expect(inEquilibrium(balance(1.0099), 0.01)).toBe(true);
    expect(inEquilibrium(balance(0.9901), 0.01)).toBe(true);
    expect(inEquilibrium(balance(1.0101), 0.01)).toBe(false);
    expect(inEquilibrium(balance(0.9899), 0.01)).toBe(false);
    // 5/4 - 1 is 1/4 to the last bit, and "less than" leaves the edge out.
    expect(inEquilibrium({ oLHalf: 5, oRHalf: 4, stepsUsed: 9 }, 0.25)).toBe(false);
    expect(inEquilibrium(balance(-1), 0.01)).toBe(false);
  });

  it.each([
    ['NaN on the left', { oLHalf: NaN, oRHalf: 1, stepsUsed: 300 }],
    ['NaN on the right', { oLHalf: 1, oRHalf: NaN, stepsUsed: 300 }],
    ['infinite sides', { oLHalf: Infinity, oRHalf: Infinity, stepsUsed: 300 }],
    ['zeros', { oLHalf: 0, oRHalf: 0, stepsUsed: 300 }],
    ['negative sides, whose ratio is one', { oLHalf: -1, oRHalf: -1, stepsUsed: 300 }],
    ['no step', { oLHalf: 1, oRHalf: 1, stepsUsed: 0 }],
    ['one step', { oLHalf: 1, oRHalf: 1, stepsUsed: 1 }],
    ['an unknown number of steps', { oLHalf: 1, oRHalf: 1, stepsUsed: NaN }],
  ])('does not hold for %s', (_, undecided) => {
    expect(inEquilibrium(undecided, 0.999)).toBe(false);
  });
});

describe('the schedules', () => {
  it('equilibrium multiplies by 1 - Y in equilibrium, and gives the reason', () => {
    const { begin, decide } = equilibrium();
    const { state } = begin({ ...LONG, learningRate: 0.5 });
    expect(decide(state, epochEnd({ ...balance(1.02), learningRate: 0.5 }))).toEqual({
      state: {},
      learningRate: 0.5,
      reason: null,
    });
    const end = epochEnd({ oLHalf: 201, oRHalf: 200, stepsUsed: 300, learningRate: 0.5 });
    expect(decide(state, end)).toEqual({
      state: {},
      learningRate: 0.45,
      reason: {
        rule: 'equilibrium',
        message: 'the ratio 1.005 was within 0.01 of 1 over the last 300 steps',
        ratio: 1.005,
        threshold: 0.01,
        stepsUsed: 300,
      },
    });
  });

  it('step divides by 10 at every 100th epoch, whatever the balance says', () => {
    const { begin, decide } = step();
    let { state } = begin({ ...LONG, learningRate: 0.1 });
    let learningRate = 0.1;
    const drops: [number, number][] = [];
    for (let epoch = 1; epoch <= 250; epoch++) {
      const decision = decide(state, epochEnd({ stepsUsed: 0, learningRate }));
      if (decision.reason) {
        expect(decision.reason).toEqual({ rule: 'step', message: '100 epochs had passed', everyEpochs: 100 });
        drops.push([epoch, decision.learningRate]);
      } else expect(decision.learningRate).toBe(learningRate);
      ({ state, learningRate } = decision);
    }
    expect(drops).toEqual([
      [100, 0.01],
      [200, 0.001],
    ]);
  });

  it('constant never decides anything', () => {
    const { begin, decide } = constant();
    const start = begin({ ...LONG, learningRate: 0.3 });
    expect(start).toEqual({ state: {}, warnings: [] });
    expect(decide(start.state, epochEnd({ ...balance(1), learningRate: 0.3 }))).toEqual({
      state: {},
      learningRate: 0.3,
      reason: null,
    });
  });

  it('warns when a drop moves the ratio by little more than the threshold', () => {
    const warnings = ({ begin }: Schedule) => begin({ ...LONG, learningRate: 0.1 }).warnings;
    expect(warnings(equilibrium({ threshold: 0.1, decay: 0.05 }))[0]).toMatch(/decay 0.05 .* threshold 0.1/);
    expect(warnings(equilibrium())).toEqual([]);
  });

  it('read each of their options', () => {
    const rates = (schedule: Schedule, ...losses: number[]) =>
      walk(
        schedule,
        0.8,
        losses.map((trainLoss) => ({ trainLoss })),
      ).rates;
    expect(rates(step({ everyEpochs: 2, divisor: 4 }), 1, 1, 1, 1)).toEqual([0.8, 0.2, 0.2, 0.05]);
    // best 1; 0.8 is worse than 0.75, 0.76 too: drop; 0.7 is the best
    const lowering = plateau({ patience: 1, factor: 0.5, improvement: 0.25 });
    expect(rates(lowering, 1, 0.8, 0.76, 0.7)).toEqual([0.8, 0.8, 0.4, 0.4]);
  });

  it('refuses by name what does not fit', () => {
    expect(() => equilibrium({ threshold: 0 })).toThrow('threshold must be a number in (0, 1); found 0');
    expect(() => equilibrium({ threshold: NaN })).toThrow('threshold must be a number in (0, 1); found NaN');
    expect(() => equilibrium({ decay: 1 })).toThrow('decay must be a number in (0, 1); found 1');
    expect(() => step({ everyEpochs: 0 })).toThrow('everyEpochs must be an integer in [1, 1000000]; found 0');
    expect(() => step({ divisor: 1 })).toThrow('divisor must be a number in (1, 1000000000000]; found 1');
    const misspelled = { divisors: 2 };
    expect(() => step(misspelled as object)).toThrow(
      'the option must be one of everyEpochs, divisor, minimumLearningRate; found "divisors"',
    );
  });
});

describe('the options of the equilibrium schedule', () => {
  const paper = { threshold: 0.01, decay: 0.1 };
  const inside = balance(1.005);

  it('layers: the slowest tensor decides, and is named', () => {
    const schedule = equilibrium({ ...paper, balance: 'layers' });
    const near = { kernel: sides(1.004), bias: sides(0.993) };
    const { reasons } = walk(schedule, 0.5, [{ ...inside, layers: near }]);
    expect(reasons).toEqual([
      {
        rule: 'equilibrium',
        message: 'the slowest ratio, of bias, 0.993 was within 0.01 of 1 over the last 300 steps',
        ratio: sides(0.993).oLHalf / 0.04,
        threshold: 0.01,
        stepsUsed: 300,
        layer: 'bias',
      },
    ]);
    const far: Partial<EpochEnd>[] = [
      { ...inside, layers: { ...near, bias: sides(0.98) } },
      { ...inside, layers: { ...near, dead: { oLHalf: 0, oRHalf: 0 } } },
      { ...inside, layers: { ...near, bias: { oLHalf: NaN, oRHalf: 1 } } },
      { ...inside, layers: { ...near, negative: { oLHalf: -1, oRHalf: -1 } } },
      { ...inside, layers: {} },
    ];
    expect(walk(schedule, 0.5, far).reasons).toEqual([]);
    // The total alone would have dropped each time.
    expect(walk(equilibrium(paper), 0.5, far).reasons).toHaveLength(5);
    // And a total outside of the band does not matter.
    expect(walk(schedule, 0.5, [{ ...balance(1.5), layers: near }]).reasons).toHaveLength(1);
  });

  it('slowest takes what is not defined for the furthest', () => {
    expect(slowest({ a: sides(1.2), b: sides(0.7), c: sides(1) })?.name).toBe('b');
    expect(slowest({ a: sides(1.2), b: { oLHalf: 1, oRHalf: NaN } })?.name).toBe('b');
    expect(slowest({})).toBeUndefined();
  });

  it('minimumSteps: averages of fewer steps decide nothing', () => {
    const schedule = equilibrium({ ...paper, minimumSteps: 301 });
    expect(walk(schedule, 0.5, [inside, balance(1.005, 301)]).rates).toEqual([0.5, 0.45]);
  });

  it('passes: it must hold at so many ends in a row, at one learning rate', () => {
    const outside = balance(1.02);
    const schedule = equilibrium({ ...paper, passes: 2 });
    const { rates } = walk(schedule, 0.5, [inside, outside, inside, inside, inside, inside]);
    expect(distance(rates, [0.5, 0.5, 0.5, 0.45, 0.45, 0.405])).toBeLessThan(1e-15);
    const once = schedule.decide(
      schedule.begin({ ...LONG, learningRate: 0.5 }).state,
      epochEnd({ ...inside, learningRate: 0.5 }),
    );
    const setByHand = schedule.decide(once.state, epochEnd({ ...inside, learningRate: 0.3 }));
    expect(setByHand.reason).toBeNull();
    expect(schedule.decide(setByHand.state, epochEnd({ ...inside, learningRate: 0.3 })).reason).not.toBeNull();
  });

  it('minimumLearningRate: it is reached, and not passed', () => {
    const { rates, reasons } = walk(equilibrium({ threshold: 0.01, decay: 0.5, minimumLearningRate: 0.2 }), 0.5, [
      inside,
      inside,
      inside,
    ]);
    expect(rates).toEqual([0.25, 0.2, 0.2]);
    expect(reasons).toHaveLength(2);
    expect(walk(step({ everyEpochs: 1, minimumLearningRate: 0.02 }), 0.1, [{}, {}]).rates).toEqual([0.02, 0.02]);
  });

  it('refuses by name what does not fit', () => {
    const make = (change: object) => () => equilibrium({ ...paper, ...change });
    expect(make({ balance: 'each' })).toThrow('balance must be one of total, layers; found "each"');
    expect(make({ minimumSteps: -1 })).toThrow('minimumSteps must be an integer in [0, 1000000000000]; found -1');
    expect(make({ passes: 0 })).toThrow('passes must be an integer in [1, 1000000]; found 0');
    expect(make({ minimumLearningRate: NaN })).toThrow(
      'minimumLearningRate must be a number in [0, 1000000000000]; found NaN',
    );
  });

  it('warns of options that can never work in the training before it', () => {
    const horizon = { epochs: 20, stepsPerEpoch: 10, learningRate: 0.1 };
    const warningsOf = ({ begin }: Schedule) => begin(horizon).warnings;
    const warnings = (change: object) => warningsOf(equilibrium({ ...paper, ...change }));
    expect(warnings({ minimumSteps: 100, passes: 20, minimumLearningRate: 0.09 })).toEqual([]);
    expect(warnings({ minimumSteps: 101 })[0]).toMatch(/^averages over 101 steps need 202 steps and there are 200/);
    expect(warnings({ passes: 21 })[0]).toMatch(/^a schedule of 21 passes in a row needs 21 epochs and there are 20/);
    expect(warnings({ minimumLearningRate: 0.1 })[0]).toMatch(/^the minimum learning rate 0.1 is not below 0.1/);
    expect(warningsOf(step({ everyEpochs: 19 }))).toEqual([]);
    expect(warningsOf(step({ everyEpochs: 20 }))[0]).toMatch(/^a drop after 20 epochs needs 21 epochs/);
    expect(warningsOf(plateau({ patience: 17 }))).toEqual([]);
    expect(warningsOf(plateau({ patience: 18 }))[0]).toMatch(/^a patience of 18 needs 21 epochs/);
  });
});

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
