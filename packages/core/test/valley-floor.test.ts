import { describe, expect, it } from 'vitest';
import { possibleGain, stationaryFloor, valleyFloor } from '../src/relations/index.js';

// A loss of 0.5 on average, 0.25 of which is theta . grad f: half of that is the height above the floor.
const epoch = { lossHalf: 0.5, oLHalf: 0.25, oRHalf: 0.251 };

describe('the floor of the valley', () => {
  it('lies half of theta . grad f below the loss', () => {
    expect(valleyFloor(epoch)).toEqual({ floor: 0.375, height: 0.125 });
  });

  it('is estimated in equilibrium alone', () => {
    expect(stationaryFloor(epoch, 0.01)).toEqual({ floor: 0.375, height: 0.125 });
    // |0.25 / 0.251 - 1| = 0.00398
    expect(stationaryFloor(epoch, 0.003)).toBeNull();
    expect(stationaryFloor({ ...epoch, oRHalf: NaN }, 0.01)).toBeNull();
    expect(stationaryFloor({ ...epoch, oLHalf: -0.25, oRHalf: -0.25 }, 0.01)).toBeNull();
  });

  it('is approached in proportion to the learning rate', () => {
    const valley = valleyFloor(epoch);
    expect([0.4, 0.3, 0.1, 0].map((lower) => possibleGain(valley, 0.4, lower))).toEqual([
      0,
      0.125 * (1 - 0.3 / 0.4),
      0.125 * 0.75,
      0.125,
    ]);
    expect(possibleGain(valley, 0.4)).toBe(0.125);
  });

  it('refuses a learning rate that is none, or is not lower', () => {
    const { floor, height } = valleyFloor(epoch);
    const gain = (learningRate: number, lower: number) => () => possibleGain({ floor, height }, learningRate, lower);
    expect(gain(0.4, 0.5)).toThrow('lower must be a number in [0, 0.4]; found 0.5');
    expect(gain(0.4, NaN)).toThrow('lower must be a number in [0, 0.4]; found NaN');
    expect(gain(0, 0)).toThrow('learningRate must be a number in (0, Infinity); found 0');
    expect(gain(Infinity, 0)).toThrow(RangeError);
  });
});
