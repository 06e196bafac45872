import * as echarts from 'echarts';
import type { EpochRecord } from '@fdr/records';
import { describe, expect, it } from 'vitest';
import { createStepSeries, timeline, TIMELINE_HEIGHT, type View } from '../src/index.js';
import { layerCells, LEVELS } from '../src/timeline/layer-map.js';
import { COLUMNS, quadraticRun } from './quadratic-run.js';

const records = quadraticRun(40);
const view: View = { x: 'linear', y: 'log', range: null, theme: 'light' };

interface Axis {
  readonly min: number;
  readonly max: number;
}
const optionOf = (change: Partial<View>, of = records) =>
  timeline.draw(of, { ...view, ...change }).option as unknown as {
    readonly xAxis: readonly Axis[];
    readonly yAxis: readonly (Axis & { axisLabel: { formatter: (value: number) => string } })[];
    readonly series: readonly {
      name?: string;
      xAxisIndex: number;
      data: [number, number | null][];
      areaStyle?: object;
    }[];
    readonly axisPointer: object;
  };
const lane = (option: ReturnType<typeof optionOf>, name: string) =>
  option.series.find((series) => series.name === name)!;

describe('the timeline', () => {
  it('is drawn by the chart library in each theme and on both axes, of a run that has not begun too', () => {
    const empty = { run: records.run, epochs: [], events: [], steps: createStepSeries(COLUMNS) };
    for (const of of [records, empty])
      for (const change of [{}, { theme: 'dark' }, { x: 'log' }, { range: { from: 10.2, to: 10.7 } }] as const) {
        const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 900, height: TIMELINE_HEIGHT });
        chart.setOption(timeline.draw(of, { ...view, ...change }).option);
        const picture = chart.renderToSVGString();
        chart.dispose();
        expect(picture).toContain('>epoch</text>');
        expect(picture).toContain('soft.kernel</text>');
        expect(picture).not.toContain('NaN');
      }
  });

  it('has one horizontal axis in all lanes, and one crosshair', () => {
    const option = optionOf({ range: { from: 3, to: 7 } });
    expect(option.xAxis.map(({ min, max }) => [min, max])).toEqual(Array(4).fill([3, 7]));
    expect(option.axisPointer).toEqual({ link: [{ xAxisIndex: 'all' }] });
    expect(new Set(option.series.map(({ xAxisIndex }) => xAxisIndex))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('draws |ratio - 1| and shades 2 standard errors, as they were recorded', () => {
    const epochs = records.epochs.map((epoch) => ({ ...epoch, scatter: 0.01 * epoch.epoch }));
    const option = optionOf({}, { ...records, epochs });
    const noise = lane(option, 'scatter, 2 standard errors');
    expect(noise.areaStyle).toBeDefined();
    expect(noise.data).toEqual(epochs.map(({ epoch, scatter }) => [epoch, 2 * scatter]));
    expect(lane(option, 'at epochs’ ends').data).toEqual(
      epochs.map(({ epoch, ratio }) => [epoch, Math.abs(ratio - 1)]),
    );
  });

  it('shows the learning rate where nothing of it changes', () => {
    const last = records.events.at(-1)!;
    const option = optionOf({ range: { from: last.epoch + 0.2, to: last.epoch + 0.4 } });
    const rate = last.type === 'learningRate' ? last.to : NaN;
    const visible = lane(option, 'learning rate').data.filter(([x]) => x >= last.epoch + 0.2 && x <= last.epoch + 0.4);
    expect(visible.map(([, y]) => y)).toEqual([rate, rate]);
    expect(option.yAxis[3]!.min).toBeLessThan(rate);
    expect(option.yAxis[3]!.max).toBeGreaterThan(rate);
  });

  it('marks the slowest tensor beside its row, and names it in the table', () => {
    const layers = { 'soft.kernel': { oLHalf: 0.5, oRHalf: 1, ratio: 0.5, scatter: 0.001 }, 'stiff.kernel': { oLHalf: 1, oRHalf: 1, ratio: 1, scatter: 0.001 } }; // prettier-ignore
    const epochs = [{ ...records.epochs[0]!, layers }];
    const { formatter } = optionOf({}, { ...records, epochs }).yAxis[2]!.axisLabel;
    expect([formatter(0.5), formatter(1.5)]).toEqual(['▸ soft.kernel', 'stiff.kernel']);
    const { table, summary } = timeline.draw({ ...records, epochs }, view);
    expect(table.rows[0]!.slice(-3)).toEqual(['soft.kernel', 0.5, 1]);
    expect(summary).toContain('slowest soft.kernel 0.500 ± 0.002');
  });
});

describe('the cells of the layers, X = 0.01', () => {
  const epochAt = (epoch: number, ratio: number, scatter: number): EpochRecord => ({
    ...records.epochs[0]!,
    epoch,
    step: epoch * records.run.stepsPerEpoch,
    layers: { 'soft.kernel': { oLHalf: ratio, oRHalf: 1, ratio, scatter } },
  });
  const levels = (epochs: readonly EpochRecord[]) =>
    layerCells(records.run, epochs, { from: 0, to: 1e6 }, 0.01)
      .filter(({ row }) => row === 0)
      .map(({ level }) => level);

  it('are green for certain only, and darker by half decades', () => {
    // |r - 1| / X is 0.5, 0.5, 2, 5, 50, and more than all levels.
    const cases = [[1.005, 0.001], [1.005, 0.01], [1.02, 0.01], [0.95, 0.01], [1.5, 0.01], [40, 1], [NaN, 1]] as const; // prettier-ignore
    expect(levels(cases.map(([ratio, scatter], index) => epochAt(index + 1, ratio, scatter)))).toEqual([
      'balanced',
      0,
      1,
      2,
      4,
      LEVELS - 1,
      LEVELS - 1,
    ]);
  });

  it('show the worst of several epochs where there are many, and cover all of them', () => {
    const epochs = Array.from({ length: 450 }, (_, index) => epochAt(index + 1, index === 100 ? 1.5 : 1.001, 0.001));
    const cells = layerCells(records.run, epochs, { from: 0, to: 450 }, 0.01).filter(({ row }) => row === 0);
    expect(cells).toHaveLength(150);
    expect(cells.filter(({ level }) => level === 4)).toEqual([{ from: 99, to: 102, row: 0, level: 4 }]);
    expect(cells.map(({ from }) => from)).toEqual(Array.from({ length: 150 }, (_, index) => 3 * index));
    expect(layerCells(records.run, epochs, { from: 100, to: 110 }, 0.01).length).toBeLessThanOrEqual(2 * 12);
  });
});
