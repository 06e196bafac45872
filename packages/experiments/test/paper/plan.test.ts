import { describe, expect, it } from 'vitest';
import { modelsOf, plan, type PlanOptions } from '../../src/paper/plan/plan.js';
import { PROTOCOLS } from '../../src/paper/protocols/catalogue.js';
import { parseScale, scaledEpochs, scaledProtocol } from '../../src/paper/plan/scale.js';

const options: PlanOptions = {
  figures: ['fig1', 'fig2'],
  models: ['mlp'],
  scale: parseScale('paper'),
  backend: 'onnx',
  threads: 1,
};

describe('a scale', () => {
  it.each<[string, number, number]>([
    ['paper', 500, 500],
    ['1', 500, 500],
    ['0.1', 500, 50],
    ['1e-3', 500, 4],
  ])('%s makes %i epochs %i', (word, epochs, scaled) => {
    expect(scaledEpochs(PROTOCOLS.mlp, epochs, parseScale(word))).toBe(scaled);
  });

  it.each(['0', '-1', '1.5', 'fast', '', '0x1', 'NaN'])('%j is refused', (word) => {
    expect(() => parseScale(word)).toThrow(
      `--scale must be quick, relaxation, paper, or a number from 0 to 1 (0 excluded), not`,
    );
  });
});

describe('the relaxation scale', () => {
  const epochs = (model: 'mlp' | 'cnn') => {
    const { initial, sequence } = scaledProtocol(PROTOCOLS[model], parseScale('relaxation'), 2);
    return [initial, ...sequence].map((stage) => stage.epochs);
  };

  it('makes each stage 4 (1 - mu) / (eta lambda M) epochs long, four at least', () => {
    // 4 / (0.1 * 0.01 * 600) = 6.7 epochs of 600 steps; 0.4 / (0.01 * 500 eta) = 0.08 / eta of 500.
    expect(epochs('mlp')).toEqual([7, 14, 34, 67, 134, 223]);
    expect(epochs('cnn')).toEqual([4, 4, 4, 8, 16, 27, 40, 54, 80, 160, 320, 800]);
  });

  it('is of the figures with constant rates alone', () => {
    expect(() => plan({ ...options, figures: ['fig2', 'fig4'], scale: parseScale('relaxation') })).toThrow(
      '--scale relaxation is of fig1, fig2 and fig3, whose rates are constant, not of fig4',
    );
  });
});

describe('the quick scale', () => {
  it('keeps the first and the last learning rate, and one between', () => {
    const quick = (model: 'mlp' | 'cnn') => scaledProtocol(PROTOCOLS[model], parseScale('quick'));
    expect(quick('mlp').sequence.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.01, 0.003]);
    expect(quick('cnn').sequence).toEqual([
      { learningRate: 0.05, epochs: 2 },
      { learningRate: 0.002, epochs: 2 },
      { learningRate: 0.0001, epochs: 2 },
    ]);
    expect([quick('cnn').sequences, quick('cnn').comparison.seeds]).toEqual([2, 1]);
    expect(quick('cnn').base.dataset).toBe('synthetic-color');
  });

  it('replaces data, batch size, weight decay, momentum and title, as the protocol says', () => {
    const { title, base, momentum, aggressiveSeeds } = scaledProtocol(PROTOCOLS.cnn, parseScale('quick'));
    expect({ title, base, momentum, aggressiveSeeds }).toEqual({
      title: 'CNN on synthetic data',
      base: { model: 'cnn', dataset: 'synthetic-color', batchSize: 50, weightDecay: 0.1 },
      momentum: 0.5,
      aggressiveSeeds: [1],
    });
    expect(scaledProtocol(PROTOCOLS.cnn, parseScale('0.5'))).toMatchObject({
      title: 'CNN on CIFAR-10',
      base: PROTOCOLS.cnn.base,
      momentum: 0.9,
      aggressiveSeeds: [1, 2, 3, 4],
    });
  });
});

describe('the protocol', () => {
  it('of the multilayer perceptron has the 3,600 epochs of appendix B.1, four times', () => {
    const { initial, sequence, sequences } = PROTOCOLS.mlp;
    // 100 + 4 (500 + 500 + 500 + 1000 + 1000)
    expect(initial.epochs + sequences * sequence.reduce((sum, { epochs }) => sum + epochs, 0)).toBe(14_100);
    expect(sequence.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.02, 0.01, 0.005, 0.003]);
  });
});

describe('a plan', () => {
  it('has each run once, after the one it starts from', () => {
    const { figures, jobs } = plan(options);
    expect(figures.map(({ id }) => id)).toEqual(['fig1a', 'fig2a']);
    expect(jobs).toHaveLength(6);
    expect(new Set(jobs.map(({ key }) => key)).size).toBe(6);
    jobs.forEach(({ parent }, index) => {
      expect(jobs.findIndex(({ key }) => key === parent)).toBe(index - 1);
    });
    expect(jobs.map(({ config }) => config.learningRate)).toEqual([0.1, 0.05, 0.02, 0.01, 0.005, 0.003]);
    expect(jobs.map(({ config }) => config.epochs)).toEqual([100, 500, 500, 500, 1000, 1000]);
    expect(new Set(jobs.map(({ config }) => config.seed)).size).toBe(6);
    for (const { config } of jobs)
      expect([config.schedule, config.optimizer]).toEqual([
        { kind: 'constant' },
        { kind: 'sgd', momentum: 0, dampening: 0 },
      ]);
  });

  it('shares the initial run, and only that, between two sequences', () => {
    const keys = (sequences: number) =>
      plan({ ...options, figures: ['fig3'], seeds: sequences })
        .jobs.filter(({ kind }) => kind === 'run')
        .map(({ key }) => key);
    expect(keys(2)).toHaveLength(11);
    expect(keys(1)).toEqual(keys(2).slice(0, 6));
  });

  it('is the same each time, for any number of threads, and another at another scale or backend', () => {
    const keys = (changes: Partial<PlanOptions>) => plan({ ...options, ...changes }).jobs.map(({ key }) => key);
    const known = keys({});
    expect(keys({})).toEqual(known);
    expect(keys({ threads: 7 })).toEqual(known);
    for (const changes of [{ scale: parseScale('0.5') }, { scale: parseScale('quick') }, { backend: 'cpu' } as const])
      expect(keys(changes).filter((key) => known.includes(key))).toEqual([]);
  });
});

describe('a plan of comparisons', () => {
  const comparing = plan({ ...options, figures: ['fig4', 'figS1', 'figS2'], models: ['mlp', 'cnn'] });

  const names = (id: string, of = comparing) =>
    of.figures.find((figure) => figure.id === id)?.runs.map(({ job }) => job.name);

  it('has the variants of figures 4, S1 and S2, shared, without momentum, from as many initializations as a verdict needs', () => {
    expect(comparing.figures.map(({ id }) => id)).toEqual(
      'fig4a figS1a fig4b figS1b figS2a figS2b figS2c figS2d'.split(' '),
    );
    const seedsOf = (id: string) =>
      new Set(comparing.figures.find((figure) => figure.id === id)?.runs.map(({ job }) => job.config.seed));
    expect(['fig4a', 'figS1a', 'fig4b', 'figS1b'].map((id) => [...seedsOf(id)])).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(names('fig4a')?.slice(0, 4)).toEqual(['mlp preset', 'mlp adaptive', 'mlp amsgrad', 'mlp preset init 2']);
    expect(names('figS1b')?.slice(0, 3)).toEqual(['cnn amsgrad', 'cnn adam', 'cnn amsgrad init 2']);
    expect(names('figS2a')).toEqual(
      [
        'cnn preset, cnn aggressive, cnn amsgrad, cnn adaptive',
        'cnn aggressive init 2, cnn adaptive init 2, cnn aggressive init 3, cnn adaptive init 3',
      ].flatMap((line) => line.split(', ')),
    );
    expect(names('figS2c')).toEqual(['cnn preset init 3', 'cnn aggressive init 3', 'cnn amsgrad init 3']);
    // Figure 4 has 3 variants, S1 one more; S2 adds its own with seeds 1 to 4, and preset and AMSGrad of seed 4.
    expect(comparing.jobs).toHaveLength(4 * 5 + 4 * 3 + 4 + 2);
    for (const { config, parent } of comparing.jobs) {
      expect(parent).toBeUndefined();
      if (config.optimizer.kind === 'sgd') expect(config.optimizer).toEqual({ kind: 'sgd', momentum: 0, dampening: 0 });
    }
  });

  it('has as many initializations as it is asked for, at every scale; one at the quick scale', () => {
    const planned = (word: string, seeds?: number) =>
      plan({ ...options, figures: ['fig4', 'figS1', 'figS2'], models: ['cnn'], scale: parseScale(word), seeds });
    expect(planned('quick').jobs.map(({ name }) => name)).toEqual(
      ['preset', 'adaptive', 'amsgrad', 'adam', 'aggressive'].map((variant) => `cnn ${variant}`),
    );
    expect(names('fig4b', planned('quick', 2))).toHaveLength(2 * 3);
    expect(names('figS1b', planned('0.1', 4))).toHaveLength(4 * 2);
    expect(names('figS2a', planned('0.1', 1))).toHaveLength(4);
  });

  it('drops the preset rate after the same share of the epochs at each scale', () => {
    const lengths = (word: string) =>
      plan({ ...options, figures: ['fig4'], scale: parseScale(word) }).jobs.map(({ config }) => [
        config.epochs,
        config.schedule.kind === 'step' ? config.schedule.everyEpochs : undefined,
      ]);
    expect(lengths('paper').slice(0, 3)).toEqual([
      [250, 100],
      [250, undefined],
      [250, undefined],
    ]);
    expect(lengths('0.1')[0]).toEqual([25, 10]);
  });

  it('has the convolutional network of appendix B.2: momentum 0.9, 12 learning rates, 16 sequences', () => {
    const { figures, jobs } = plan({ ...options, figures: ['fig3'], models: ['cnn'] });
    const { runs = [], estimates = [] } = figures[0] ?? {};
    expect([runs.length, estimates.length, jobs.length]).toEqual([1 + 11 * 16, 16, 1 + 12 * 16]);
    for (const { config } of jobs) expect(config.optimizer).toEqual({ kind: 'sgd', momentum: 0.9, dampening: 0 });
    // 100 + 16 (3 200 + 5 400 + 3 800)
    expect(runs.reduce((sum, { job }) => sum + job.config.epochs, 0)).toBe(80_100);
  });

  it('estimates where each sequence of figure 3 ends, with batches of its own', () => {
    const { figures } = plan({ ...options, figures: ['fig3'], seeds: 2 });
    const [{ runs, estimates } = { runs: [], estimates: [] }] = figures;
    const last = runs.filter(({ job }) => job.config.learningRate === 0.003).map(({ job }) => job.key);
    expect(estimates.map(({ sequence, job }) => [sequence, job.parent])).toEqual([
      [1, last[0]],
      [2, last[1]],
    ]);
    // A tenth of 1,000 epochs.
    expect(estimates.map(({ job: { points, samples } }) => [points, samples])).toEqual([
      [100, 100],
      [100, 100],
    ]);
    const seeds = [...estimates.map(({ job }) => job.seed), ...runs.map(({ job }) => job.config.seed)];
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(new Set(estimates.map(({ job }) => job.key)).size).toBe(2);
    const more = plan({ ...options, figures: ['fig3'], seeds: 2, scale: parseScale('0.5') }).figures[0];
    expect(more?.estimates[0]?.job.key).not.toBe(estimates[0]?.job.key);
  });
});

describe('the models of a figure', () => {
  it('are those for which the paper shows it: figure S2 is of the convolutional network alone', () => {
    expect(modelsOf('figS2')).toEqual(['cnn']);
    expect(modelsOf('fig4')).toEqual(['mlp', 'cnn']);
    expect(plan({ ...options, figures: ['figS2'], models: ['mlp'] })).toEqual({ figures: [], jobs: [] });
  });
});
