import * as echarts from 'echarts';
import type { EChartsOption } from 'echarts';
import { panelRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import {
  approachPanels,
  balancePanel,
  comparisonPanels,
  panelOption,
  panelsOption,
  panelsSize,
  panelsTable,
  recordPanels,
  recordedPanels,
  relaxationPanels,
  replayPanels,
  secondRelationPanels,
  type Panel,
  type ThemeName,
} from '../src/index.js';
import { thresholdOf } from '@fdr/core/relations';
import { quadraticRun } from './quadratic-run.js';

interface Axis {
  gridIndex: number;
  name: string;
  min: number;
  max: number;
  type: string;
  axisLabel: { show?: boolean };
}
interface Series {
  name?: string;
  xAxisIndex: number;
  yAxisIndex: number;
  data: [number, number | null][];
}
interface Option {
  grid: { top: number; height: number }[];
  xAxis: Axis[];
  yAxis: Axis[];
  legend: { data: { name: string }[] }[];
  series: Series[];
}
const optionOf = (panels: readonly Panel[]) => panelsOption(panels) as unknown as Option;

// 1,200 steps: fewer than a picture can show, so that every point is drawn.
const records = quadraticRun(24, 50);
const colder = quadraticRun(12, 50);
const point = (learningRate: number, mean: number, spread: number) => ({
  learningRate,
  oFB: { mean, low: mean - spread, high: mean + spread },
  lineRatio: { mean: mean / learningRate, low: (mean - spread) / learningRate, high: (mean + spread) / learningRate },
});
const relation = { points: [point(0.1, 0.1, 0.01), point(0.2, 0.3, Infinity)], slope: 1, tolerance: 0.1 };
const prediction = [0.01, 0.1, 0.2].map((learningRate) => ({ learningRate, oFB: learningRate ** 2 }));
const descents = [{ learningRate: 0.1, descent: { mean: 0.12, low: 0.1, high: 0.14 } }];
const figuresOn = (theme: ThemeName): Readonly<Record<string, readonly Panel[]>> => ({
  approach: approachPanels(records, theme),
  relaxation: relaxationPanels([records, colder], theme),
  'second relation': secondRelationPanels({ ...relation, productsSlope: 1.5, prediction, descents }, theme),
  comparison: comparisonPanels(
    [
      { name: 'adaptive', color: 'blue', records },
      { name: 'AMSGrad', color: 'green', records: colder },
    ],
    theme,
  ),
  replay: replayPanels(
    records,
    {
      observations: records.epochs.map(({ epoch, ratio }) => ({ epoch, ratio })),
      firings: [{ epoch: 10, from: 0.1, to: 0.09, exact: true }],
      threshold: 0.01,
    },
    theme,
  ),
});
const FIGURES = figuresOn('light');
const DARK_FIGURES = figuresOn('dark');

describe.each(Object.entries(FIGURES))('the panels of %s', (_, panels) => {
  const option = optionOf(panels);

  it('have a grid, axes and a legend each, one below another', () => {
    const { grid, xAxis, yAxis, legend, series } = option;
    expect([grid.length, xAxis.length, yAxis.length, legend.length]).toEqual(Array(4).fill(panels.length));
    expect(xAxis.map(({ gridIndex }) => gridIndex)).toEqual(panels.map((_, index) => index));
    grid.slice(1).forEach(({ top }, index) => expect(top).toBeGreaterThan(grid[index]!.top + grid[index]!.height));
    expect(grid.at(-1)!.top + grid.at(-1)!.height).toBeLessThan(panelsSize(panels).height);
    for (const { xAxisIndex, yAxisIndex } of series) expect(yAxisIndex).toBe(xAxisIndex);
    expect(new Set(series.map(({ xAxisIndex }) => xAxisIndex)).size).toBe(panels.length);
    expect(xAxis.at(-1)?.name).toBe(panels.at(-1)?.xName ?? 'epoch');
  });

  it('are drawn by the chart library', () => {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...panelsSize(panels) });
    chart.setOption(panelsOption(panels));
    const picture = chart.renderToSVGString();
    chart.dispose();
    for (const { title } of panels) expect(picture).toContain(title.replaceAll('&', '&amp;'));
    expect(picture).not.toMatch(/NaN|undefined/);
  });

  it('are listed point by point in a table', () => {
    const { columns, rows } = panelsTable(panels);
    expect(columns).toEqual(['panel', 'curve', 'x', 'low', 'high']);
    for (const { title, chart, range } of panels)
      for (const { name, curve } of chart.traces) {
        const listed = rows.filter(([panel, trace]) => panel === title && trace === name);
        const inside = curve.filter(({ x }) => x >= range.from && x <= range.to).map(({ low }) => low);
        expect(listed.filter(([, , x]) => (x as number) >= range.from).map(([, , , low]) => low)).toEqual(
          expect.arrayContaining(inside),
        );
      }
  });
});

describe('panels over one axis', () => {
  it('label it below the last of them only', () => {
    const { xAxis } = optionOf(FIGURES['approach']!);
    expect(xAxis.map(({ name, axisLabel }) => [name, axisLabel.show])).toEqual([
      ['', false],
      ['epoch', true],
    ]);
    const apart = optionOf(FIGURES['second relation']!);
    expect(apart.xAxis.map(({ name }) => name)).toEqual(['learning rate η', 'learning rate η']);
  });

  it('draw no line that lies entirely outside the axis', () => {
    const [panel] = FIGURES['approach']!;
    const outside = { ...panel!, chart: { ...panel!.chart, yRange: { from: 1e6, to: 1e7 } } };
    const lines = optionOf([outside]).series.filter(({ name }) => name !== undefined);
    expect(lines.map(({ data }) => data)).toEqual(lines.map(() => []));
  });
});

describe('figure 1', () => {
  it('names O_R by its general formula with momentum or dampening', () => {
    const { run } = records;
    const nameWith = (momentum: number, dampening: number): string | undefined => {
      const config = { ...run.config, optimizer: { kind: 'sgd', momentum, dampening } as const };
      return approachPanels({ ...records, run: { ...run, config } })[1]!.chart.traces[1]?.name;
    };
    expect(nameWith(0, 0)).toBe('O_R = ½ η |∇f|²');
    expect(nameWith(0.9, 0)).toBe('O_R = (1+μ)/(2(1−ν)) η |v|²');
    expect(nameWith(0, 0.5)).toBe('O_R = (1+μ)/(2(1−ν)) η |v|²');
  });
});

describe('figure 3', () => {
  it('draws a vertical line for each interval that has bounds, and a dot for each mean', () => {
    const { series } = optionOf(FIGURES['second relation']!);
    const [bars, , dots] = ['95 % confidence', 'line', 'mean over seeds'].map((name) =>
      series.find((candidate) => candidate.name === name && candidate.xAxisIndex === 0),
    );
    expect(bars?.data).toEqual([
      [0.1, expect.closeTo(0.09, 12)],
      [0.1, expect.closeTo(0.11, 12)],
      [0.1, null],
    ]);
    expect(dots?.data).toEqual([
      [0.1, 0.1],
      [0.2, 0.3],
    ]);
  });
});

describe('the balance of several runs', () => {
  it('shows the distance of the ratio from 1 at each epoch’s end, and the threshold at which the rule fires', () => {
    const panel = balancePanel([
      { name: 'one', color: 'sky', records },
      { name: 'other', color: 'slate', records: colder },
    ]);
    expect(panel.range).toEqual({ from: 0, to: 24 });
    expect(panel.chart.traces.map(({ name }) => name)).toEqual(['one', 'other']);
    expect(panel.chart.traces[1]?.curve.map(({ low }) => low)).toEqual(
      colder.epochs.map(({ ratio }) => Math.abs(ratio - 1)),
    );
    expect(new Set(panel.chart.traces.map(({ color }) => color)).size).toBe(2);
    expect(panel.chart.band?.to).toBe(thresholdOf(records.run.config.schedule));
  });
});

describe('figure 4', () => {
  it('shows the learning rate of the runs that change it, with each change', () => {
    const long = quadraticRun(40);
    const [rates] = comparisonPanels([{ name: 'adaptive', color: 'blue', records: long }]);
    expect(rates?.title).toBe('Learning rate');
    const changes = long.events.filter((event) => event.type === 'learningRate');
    expect(changes.length).toBeGreaterThan(0);
    const { curve } = rates!.chart.traces[0]!;
    expect(curve.map(({ x }) => x)).toEqual([0, ...changes.map(({ epoch }) => epoch), 40]);
    expect(curve.map(({ low }) => low)).toEqual([0.1, ...changes.map(({ to }) => to), changes.at(-1)?.to]);
  });
});

/** The numbers of an option in order, and the option with zeros in their place. */
function split(option: EChartsOption): { readonly numbers: number[]; readonly skeleton: unknown } {
  const numbers: number[] = [];
  const skeleton: unknown = JSON.parse(JSON.stringify(option), (_, value: unknown) =>
    typeof value === 'number' ? numbers.push(value) && 0 : value,
  );
  return { numbers, skeleton };
}

describe.each(Object.entries(FIGURES))('a record of the panels of %s', (name, light) => {
  const dark = DARK_FIGURES[name]!;
  const record = recordPanels(light, dark);
  const kept = panelRecord.array().parse(JSON.parse(JSON.stringify(record)));

  it('passes the schema and gives the same picture, light and dark', () => {
    expect(kept).toEqual(record);
    for (const [theme, panels] of [
      ['light', light],
      ['dark', dark],
    ] as const) {
      const found = split(panelsOption(recordedPanels(kept, theme), theme));
      const expected = split(panelsOption(panels, theme));
      expect(found.skeleton).toEqual(expected.skeleton);
      // Seven digits are kept.
      found.numbers.forEach((value, index) => {
        const exact = expected.numbers[index]!;
        expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-6 * Math.abs(exact));
      });
    }
  });

  it('is drawn panel by panel, with the axis’ own name', () => {
    for (const panel of recordedPanels(kept, 'dark')) {
      const option = panelOption(panel, { y: panel.y, range: null, theme: 'dark' }) as unknown as Record<
        'xAxis' | 'legend',
        { name: string; data: { name: string }[] }
      >;
      expect(option.xAxis.name).toBe(panel.xName ?? 'epoch');
      const names = option.legend.data.map((entry) => entry.name);
      expect(names).toEqual(names.filter((entry) => panel.legend?.includes(entry) ?? true));
      expect(names.length).toBeGreaterThan(0);
    }
  });

  it('draws the prediction as it is, and over the line where the axis has it; descents only where they were read', () => {
    const { series } = optionOf(FIGURES['second relation']!);
    const [above, below] = series.filter(({ name }) => name === 'prediction').map(({ data }) => data);
    expect(above).toEqual([
      [0.01, expect.closeTo(1e-4, 12)],
      [0.1, expect.closeTo(0.01, 12)],
      [0.2, expect.closeTo(0.04, 12)],
    ]);
    // The slope of the line is 1.
    expect(below).toEqual([
      [0.1, expect.closeTo(0.1, 12)],
      [0.2, expect.closeTo(0.2, 12)],
    ]);
    expect(series.find(({ name }) => name === '⟨−v′ · ∇f⟩')?.data).toEqual([[0.1, 0.12]]);
    const without = optionOf(secondRelationPanels(relation)).series.map(({ name }) => name);
    expect(without).not.toContain('⟨−v′ · ∇f⟩');
    expect(without).not.toContain('prediction');
  });
});
