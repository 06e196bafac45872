import {
  adam,
  amsgrad,
  dog,
  EXTRA_OBSERVABLES,
  prodigy,
  scheduleFree,
  sgd,
  type Optimizer,
  type Schedule,
} from '@fdr/core';
import { constant, cooldown, cosine, equilibrium, linear, plateau, stationary, step, wsd } from '@fdr/core/relations';
import { optimizerConfig, scheduleConfig, type OptimizerConfig, type ScheduleConfig } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { defaultOptimizer, defaultSchedule } from '../src/default-config.js';
import { findObservables } from '../src/registry/observables.js';
import { makeOptimizer } from '../src/registry/optimizers.js';
import { makeSchedule } from '../src/registry/schedules.js';

describe('the registry of optimizers', () => {
  it.each<readonly [OptimizerConfig, Optimizer]>([
    [{ kind: 'sgd', momentum: 0.9, dampening: 0.1 }, sgd({ momentum: 0.9, dampening: 0.1 })],
    [{ kind: 'adam', beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }, adam({ beta1: 0.8, beta2: 0.9, epsilon: 1e-3 })],
    [{ kind: 'amsgrad', beta1: 0.8, beta2: 0.9, epsilon: 1e-3 }, amsgrad({ beta1: 0.8, beta2: 0.9, epsilon: 1e-3 })],
    [
      { kind: 'schedule-free', interpolation: 0.5, warmupSteps: 9 },
      scheduleFree({ interpolation: 0.5, warmupSteps: 9 }),
    ],
    [{ kind: 'dog', initialMovement: 1e-4 }, dog({ initialMovement: 1e-4 })],
    [
      { kind: 'prodigy', beta1: 0.8, beta2: 0.9, epsilon: 1e-3, initialDistance: 1e-4 },
      prodigy({ beta1: 0.8, beta2: 0.9, epsilon: 1e-3, initialDistance: 1e-4 }),
    ],
  ])('makes of %j the optimizer whose settings they are', (config, expected) => {
    const { settings, slots, scalars, dynamics } = makeOptimizer(config);
    expect(settings).toEqual(config);
    expect({ slots, scalars, dynamics }).toEqual({
      slots: expected.slots,
      scalars: expected.scalars,
      dynamics: expected.dynamics,
    });
  });

  it('gives the defaults of the paper to Adam and AMSGrad, and no relation', () => {
    for (const kind of ['adam', 'amsgrad'] as const) {
      const { settings, dynamics } = makeOptimizer(defaultOptimizer(kind));
      expect(settings).toEqual({ kind, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
      expect(dynamics).toBeUndefined();
    }
    expect(makeOptimizer(defaultOptimizer('sgd')).dynamics).toEqual({ momentum: 0, dampening: 0 });
  });

  it.each<readonly [string, object]>([
    ['an optimizer that there is not', { kind: 'rmsprop' }],
    ['a momentum of 1', { kind: 'sgd', momentum: 1, dampening: 0 }],
    ['a negative dampening', { kind: 'sgd', momentum: 0, dampening: -0.1 }],
    ['momentum with Adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentum: 0.9 }],
    ['dampening with AMSGrad', { kind: 'amsgrad', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, dampening: 0.5 }],
    ['a beta1 of 1', { kind: 'adam', beta1: 1, beta2: 0.999, epsilon: 1e-8 }],
    ['a beta2 that is NaN', { kind: 'adam', beta1: 0.9, beta2: NaN, epsilon: 1e-8 }],
    ['a first movement of 0', { kind: 'dog', initialMovement: 0 }],
    ['a first distance of 0', { kind: 'prodigy', beta1: 0.9, beta2: 0.9, epsilon: 1e-3, initialDistance: 0 }],
    ['an interpolation of 1', { kind: 'schedule-free', interpolation: 1, warmupSteps: 0 }],
    ['half a step of warm-up', { kind: 'schedule-free', interpolation: 0.9, warmupSteps: 0.5 }],
    ['an epsilon of 0', { kind: 'amsgrad', beta1: 0.9, beta2: 0.999, epsilon: 0 }],
  ])('is never given %s: neither schema nor factory accepts it', (_, config) => {
    expect(optimizerConfig.safeParse(config).success).toBe(false);
    // What has not been through the schema is refused by the factory; for a kind that there is not there is none.
    expect(() => makeOptimizer(config as OptimizerConfig)).toThrow();
  });
});

describe('the registry of schedules', () => {
  it.each<readonly [ScheduleConfig, Schedule]>([
    [
      { ...defaultSchedule('equilibrium'), threshold: 0.2, balance: 'layers', passes: 3 } as ScheduleConfig,
      equilibrium({ threshold: 0.2, balance: 'layers', passes: 3 }),
    ],
    [{ kind: 'step', everyEpochs: 2, divisor: 4, minimumLearningRate: 0 }, step({ everyEpochs: 2, divisor: 4 })],
    [{ kind: 'constant' }, constant()],
    [{ kind: 'cosine', minimumLearningRate: 0.5 }, cosine({ minimumLearningRate: 0.5 })],
    [{ kind: 'linear' }, linear()],
    [{ kind: 'wsd', decayFraction: 0.1 }, wsd({ decayFraction: 0.1 })],
    [{ kind: 'cooldown', threshold: 0.2 }, cooldown({ threshold: 0.2 })],
    [
      { kind: 'stationary', tolerance: 0.2, significance: 0.1, decay: 0.5, balance: 'layers', minimumLearningRate: 0 },
      stationary({ tolerance: 0.2, significance: 0.1, decay: 0.5, balance: 'layers' }),
    ],
    [
      { kind: 'plateau', patience: 1, factor: 0.5, improvement: 0.25, minimumLearningRate: 0 },
      plateau({ patience: 1, factor: 0.5, improvement: 0.25 }),
    ],
  ])('makes of %j the schedule whose settings they are', (config, expected) => {
    const { settings, needs } = makeSchedule(config);
    expect(settings).toEqual(config);
    expect(needs).toBe(expected.needs);
  });

  it('hands each option over: they decide as those made by the factories do', () => {
    const config = { kind: 'plateau', patience: 1, factor: 0.5, improvement: 0.25, minimumLearningRate: 0 } as const;
    const { begin, decide } = makeSchedule(config);
    let { state } = begin({ epochs: 10, stepsPerEpoch: 1, learningRate: 0.8 });
    let learningRate = 0.8;
    // best 1; 0.8 is worse than 0.75, 0.76 too: drop; 0.7 is the best
    const rates = [1, 0.8, 0.76, 0.7].map((trainLoss) => {
      const end = {
        oLHalf: 1,
        oRHalf: 1,
        stepsUsed: 9,
        layers: {},
        scatter: { total: undefined, layers: {} },
        learningRate,
        trainLoss,
      };
      ({ state, learningRate } = decide(state, end));
      return learningRate;
    });
    expect(rates).toEqual([0.8, 0.8, 0.4, 0.4]);
  });

  it('is never given a schedule that there is not, or an option of another one', () => {
    expect(scheduleConfig.safeParse({ kind: 'sine' }).success).toBe(false);
    expect(() => makeSchedule({ kind: 'sine' } as unknown as ScheduleConfig)).toThrow();
    expect(scheduleConfig.safeParse({ kind: 'constant', threshold: 0.01 }).success).toBe(false);
    expect(scheduleConfig.safeParse({ ...defaultSchedule('equilibrium'), threshold: 0 }).success).toBe(false);
  });
});

describe('the registry of observables', () => {
  const names = (optimizer: Optimizer, ...wanted: string[]) =>
    findObservables(wanted, optimizer).map(({ name }) => name);

  it('refuses a name that there is not, or not with this optimizer, and lists the others', () => {
    expect(() => names(sgd(), 'temperature')).toThrow(
      /^observables must be among all, noiseTrace.*startDistanceSquared \(3 more with momentum\); found "temperature"$/,
    );
    expect(() => names(sgd(), 'velocitySquared')).toThrow(/velocitySquared/);
    expect(() => names(adam(), 'cubicRight')).toThrow(/found "cubicRight"/);
    expect(() => names(adam(), 'noiseTrace')).not.toThrow();
    expect(() => names(adam(), 'all', 'cubicRight')).toThrow(/\(6 more with sgd and momentum\); found "cubicRight"/);
  });

  it('finds all that the optimizer defines where all are wanted, and each once, in the order of the catalogue', () => {
    const everything = EXTRA_OBSERVABLES.map(({ name }) => name);
    expect(names(sgd({ momentum: 0.9 }), 'all')).toEqual(everything);
    expect(names(sgd(), 'cubicLeft', 'all', 'cubicLeft')).toEqual(everything.filter((name) => !/^velocity/.test(name)));
    expect(names(adam(), 'all')).toEqual([
      'noiseTrace',
      'parametersSquared',
      'parametersDotGradient',
      'cubicLeft',
      'gradientProduct',
      'startDistanceSquared',
    ]);
    expect(names(adam(), 'cubicLeft', 'noiseTrace', 'cubicLeft')).toEqual(['noiseTrace', 'cubicLeft']);
  });
});
