import { OPTIMIZER_OPTIONS, SCHEDULE_OPTIONS } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { inRange, oneOf, OptionError, resolveOptions } from '../src/validate.js';

describe('resolveOptions', () => {
  it('fills in the defaults of the table, also for undefined', () => {
    expect(resolveOptions(OPTIMIZER_OPTIONS.sgd, {})).toEqual({ momentum: 0, dampening: 0 });
    expect(resolveOptions(OPTIMIZER_OPTIONS.sgd, { momentum: 0.9 })).toEqual({ momentum: 0.9, dampening: 0 });
    const undefinedOne: object = { momentum: undefined, dampening: 0.3 };
    expect(resolveOptions(OPTIMIZER_OPTIONS.sgd, undefinedOne)).toEqual({ momentum: 0, dampening: 0.3 });
    expect(resolveOptions(SCHEDULE_OPTIONS.constant, {})).toEqual({});
  });

  it('ignores the kind of a recorded configuration, and keeps choices', () => {
    const recorded = { kind: 'equilibrium', balance: 'layers' } as const;
    expect(resolveOptions(SCHEDULE_OPTIONS.equilibrium, recorded)).toEqual({
      threshold: 0.01,
      decay: 0.1,
      balance: 'layers',
      minimumSteps: 0,
      passes: 1,
      minimumLearningRate: 0,
    });
  });

  it('refuses an option that the table does not have, and one that is out of its range, by name', () => {
    const resolve = (given: object) => () => resolveOptions(SCHEDULE_OPTIONS.equilibrium, given);
    expect(resolve({ treshold: 0.1 })).toThrow(
      'the option must be one of threshold, decay, balance, minimumSteps, passes, minimumLearningRate; found "treshold"',
    );
    // A name that every object has is no option either.
    expect(resolve({ toString: 1 })).toThrow('found "toString"');
    expect(resolve({ threshold: 1 })).toThrow('threshold must be a number in (0, 1); found 1');
    expect(resolve({ threshold: '0.5' })).toThrow('threshold must be a number in (0, 1); found "0.5"');
    expect(resolve({ balance: 'each' })).toThrow('balance must be one of total, layers; found "each"');
    expect(resolve({ passes: 1.5 })).toThrow('passes must be an integer in [1, 1000000]; found 1.5');
    expect(resolve({ passes: null })).not.toThrow();
  });
});

describe('inRange and oneOf', () => {
  it('let the bounds of a closed range through, and not those of an open one', () => {
    expect([0, 1].map((value) => inRange('x', value, { min: 0, max: 1 }))).toEqual([0, 1]);
    for (const value of [0, 1]) expect(() => inRange('x', value, { above: 0, below: 1 })).toThrow(OptionError);
    expect(inRange('x', -1e300, {})).toBe(-1e300);
    expect(() => inRange('x', Infinity, {})).toThrow('x must be a number in (-Infinity, Infinity); found Infinity');
    expect(oneOf('x', 'b', ['a', 'b'])).toBe('b');
  });

  it('throw an error that carries option, allowed values and what was found', () => {
    expect.assertions(1);
    try {
      inRange('x', 7, { max: 5 });
    } catch (error) {
      expect(error).toMatchObject({
        name: 'OptionError',
        option: 'x',
        allowed: 'a number in (-Infinity, 5]',
        found: 7,
      });
    }
  });
});
