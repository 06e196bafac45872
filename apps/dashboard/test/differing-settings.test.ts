import { expect, it } from 'vitest';
import { runVerdict } from '@fdr/core/relations';
import { quadraticRun } from '../../../packages/figures/test/quadratic-run.js';
import { differingSettings, outcomes } from '../src/compare/differing-settings.js';

const { config } = quadraticRun(1).run;

it('settings that are the same are left out, and a setting that one run lacks is a dash', () => {
  const other = { ...config, seed: 8, learningRate: 0.05, schedule: { kind: 'constant' as const } };
  expect(differingSettings([config, other])).toEqual([
    { name: 'learning rate', values: ['0.1', '0.05'] },
    { name: 'seed', values: ['7', '8'] },
    { name: 'schedule', values: ['equilibrium', 'constant'] },
    { name: 'schedule threshold', values: ['0.01', '–'] },
    { name: 'schedule decay', values: ['0.1', '–'] },
    { name: 'schedule balance', values: ['total', '–'] },
    { name: 'schedule minimum steps', values: ['0', '–'] },
    { name: 'schedule passes', values: ['1', '–'] },
    { name: 'schedule minimum learning rate', values: ['0', '–'] },
  ]);
  expect(differingSettings([config, config])).toEqual([]);
  expect(differingSettings([config])).toEqual([]);
});

it('each run has its verdict and its best epoch beside it', () => {
  const records = quadraticRun(12);
  const epochs = records.epochs.map((epoch) => ({ ...epoch, testAccuracy: epoch.epoch === 5 ? 0.9 : 0.5 }));
  const summary = { run: records.run, lastEpoch: null, bestTestAccuracy: null, controllable: false };
  const runs = [
    { summary, records: { ...records, epochs } },
    { summary, records: { ...records, epochs: [] } },
  ];
  expect(outcomes(runs)).toEqual([
    { name: 'verdict', values: runs.map((each) => runVerdict(each.records).sentence) },
    { name: 'best test accuracy', values: ['90.00 %, epoch 5', '–'] },
  ]);
});
