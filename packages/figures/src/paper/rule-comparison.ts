import { balanceAxis, onBalanceAxis } from '../balance-axis.js';
import type { Chart } from '../chart.js';
import { curvePoint } from '../curve.js';
import { learningRateChanges, learningRateStairs } from '../learning-rate-changes.js';
import { epochCurve, type RunRecords } from '../run-records.js';
import type { Range } from '../scale.js';
import { THEMES, type Hue, type Theme, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';
import { ratioAndRatePanels, type ReplayFiring } from './replay.js';

/** What several rules say of one recorded run. */
interface ComparedRules {
  readonly rules: readonly { readonly name: string; readonly firings: readonly ReplayFiring[] }[];
  /** A schedule as a part of the first learning rate, one number a step. */
  readonly refined?: Float64Array | undefined;
  /** X of section 3.3. */
  readonly threshold: number;
}

const RULE_HUES: readonly Hue[] = ['blue', 'orange', 'green', 'purple', 'sky', 'ochre', 'slate'];

/** The recorded ratio, and the learning rate as each rule would have set it. */
export const ruleComparisonPanels = (
  records: RunRecords,
  compared: ComparedRules,
  theme: ThemeName = 'light',
): Panel[] =>
  ratioAndRatePanels(records, 'Learning rate as each rule would have set it', (range) => ({
    ratio: ratioChart(records, compared.threshold, THEMES[theme]),
    rate: learningRateChart(records, compared, range, THEMES[theme]),
  }));

function ratioChart(records: RunRecords, threshold: number, theme: Theme): Chart {
  const ratios = epochCurve(records, ({ ratio }) => ratio);
  const axis = balanceAxis(
    ratios.map(({ low }) => low),
    threshold,
    'linear',
  );
  return {
    name: 'O_L / O_R',
    traces: [{ name: 'recorded ratio', curve: onBalanceAxis(ratios, axis), color: theme.ratio, width: 2 }],
    band: axis.band,
    yRange: axis.yRange,
  };
}

function learningRateChart(
  { run, events }: RunRecords,
  { rules, refined }: ComparedRules,
  range: Range,
  theme: Theme,
): Chart {
  // prettier-ignore
  const start = run.config.learningRate;
  const { hues } = theme;
  const recorded = learningRateStairs(start, learningRateChanges(events, run), range.to);
  // Those that never fire would all lie on the first learning rate.
  const proposed = rules
    .filter(({ firings }) => firings.length > 0)
    .map(({ name, firings }, index) => ({
      name,
      curve: learningRateStairs(start, firings, range.to),
      color: hues[RULE_HUES[index % RULE_HUES.length] ?? 'blue'],
      width: 2,
      stairs: true,
    }));
  const atEpochs = Array.from(refined?.filter((_, step) => step % run.stepsPerEpoch === 0) ?? [], (part, epoch) =>
    curvePoint(epoch, part * start),
  );
  return {
    name: 'η',
    traces: [
      { name: 'recorded', curve: recorded, color: hues.black, opacity: 0.5, stairs: true },
      ...proposed,
      ...(refined ? [{ name: 'refined', curve: atEpochs, color: hues.black, width: 1 }] : []),
    ],
  };
}
