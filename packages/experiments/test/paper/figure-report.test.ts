import { describe, expect, it } from 'vitest';
import { figureReport } from '../../src/paper/figure-report.js';
import { FIGURE_DEFINITIONS } from '../../src/paper/figures/catalogue.js';
import { drawRelaxation } from '../../src/paper/figures/relaxation.js';
import { plan } from '../../src/paper/plan/plan.js';
import { parseScale, scaledProtocol } from '../../src/paper/plan/scale.js';
import type { Variant } from '../../src/paper/plan/variants.js';
import { PROTOCOLS } from '../../src/paper/protocols/catalogue.js';
import { describeScale } from '../../src/paper/scale-text.js';
import { completedRun, onlyRuns } from './completed-records.js';

const stage = (learningRate: number) =>
  completedRun({ kind: 'stage', sequence: 1, stage: 1 }, { learningRate }, [
    { ratio: 2, seconds: 40 },
    { seconds: 50 },
  ]);

describe('the report of a figure', () => {
  const scale = parseScale('quick');
  const [planned] = plan({ figures: ['fig2'], models: ['mlp'], scale, backend: 'onnx', threads: 1 }).figures;
  const [initial, hot, , cold] = planned!.runs;
  const completed = onlyRuns(
    { ...stage(0.1), role: { kind: 'initial' }, job: initial!.job },
    { ...stage(0.05), job: hot!.job },
  );
  const failures = [{ job: cold!.job, reason: 'it broke' }];
  const { blocks } = figureReport(planned!, drawRelaxation(planned!, completed), completed, {
    command: 'fdr reproduce fig2',
    scale,
    failures,
  });
  const tables = blocks.flatMap((block) => (block.type === 'table' ? [block.table] : []));

  it('names the jobs that are missing, and why', () => {
    expect(tables.find(({ columns }) => columns.join() === 'job,why')?.rows).toEqual([
      ['mlp seq 1 eta 0.01', 'it has not been run yet'],
      ['mlp seq 1 eta 0.003', 'it broke'],
    ]);
  });

  it('has the interval, the tolerance and the scale of each verdict', () => {
    const [claims] = tables;
    expect(claims?.columns.slice(3)).toEqual(['measured (95 % interval)', 'tolerance', 'scale', 'verdict']);
    expect(claims?.rows[0]?.slice(3)).toEqual([
      'O_L / O_R at η = 0.05: 1 (interval unknown), undecided because the run at η = 0.05 is shorter than its relaxation time ' +
        '(2 of 100 epochs)',
      '0.99 to 1.01',
      'quick',
      'undecided',
    ]);
  });

  it('sums the time of each run, and of all', () => {
    // 40 s + 50 s
    expect(tables.find(({ columns }) => columns[0] === 'run')?.rows).toEqual([
      ['mlp initial', 'sgd (momentum 0, dampening 0)', 0.1, expect.any(String), 2, 1, '1:30'],
      ['mlp seq 1 eta 0.05', 'sgd (momentum 0, dampening 0)', 0.05, expect.any(String), 2, 1, '1:30'],
    ]);
    expect(tables.at(-1)?.rows).toEqual(
      expect.arrayContaining([
        ['training time of all runs', '3:00'],
        ['commit', '-'],
        ['backend', 'cpu'],
        ['runs created', '2019-05-06'],
      ]),
    );
  });
});

describe('the description of a scale', () => {
  const describeFor = (word: string) => {
    const scale = parseScale(word);
    return describeScale(scale, scaledProtocol(PROTOCOLS.cnn, scale));
  };

  it('says how much of the paper it is, and what is replaced', () => {
    expect(describeFor('paper')).toBe(
      "Scale paper: CNN on CIFAR-10, all epochs of the paper's protocol. Nothing is smoothed or left out.",
    );
    expect(describeFor('0.1')).toBe(
      "Scale 0.1: CNN on CIFAR-10, 10 % of the paper's epochs, each run at least 4. Nothing is smoothed.",
    );
    expect(describeFor('quick')).toMatch(
      /^Scale quick: CNN on synthetic data, 0.2 % of the paper's epochs, each run at least 2. The data are synthetic .* batches of 50, weight decay 0.1 and, .* momentum 0.5: /,
    );
  });
});

describe('what is missing for a figure', () => {
  const variant = (name: Variant) => completedRun({ kind: 'comparison', variant: name }, {}, [{}]);

  it('figure 4 lacks the variants that are not completed', () => {
    const { missing } = FIGURE_DEFINITIONS.fig4;
    expect(missing([variant('adaptive')])).toBe('preset, amsgrad');
    expect(missing([variant('adaptive'), variant('amsgrad'), variant('preset')])).toBeUndefined();
  });

  it('figures 1 to 3 lack their run, a run of the sequence, a second learning rate', () => {
    const { fig1, fig2, fig3 } = FIGURE_DEFINITIONS;
    const initial = completedRun({ kind: 'initial' }, {}, [{}]);
    expect([fig1.missing([]), fig1.missing([initial])]).toEqual(['its run', undefined]);
    expect([fig2.missing([initial]), fig2.missing([stage(0.1)])]).toEqual(['every run of its sequence', undefined]);
    expect(fig3.missing([stage(0.1), stage(0.1)])).toBe('a second learning rate');
    expect(fig3.missing([stage(0.1), stage(0.05)])).toBeUndefined();
  });
});
