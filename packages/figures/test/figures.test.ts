import * as echarts from 'echarts';
import { afterEach, describe, expect, it } from 'vitest';
import { appendRows, createStepSeries, figures, type Drawing, type RunRecords, type View } from '../src/index.js';
import { THEMES } from '../src/theme.js';
import { columnOf, COLUMNS, quadraticRun } from './quadratic-run.js';

const records = quadraticRun(40);
const view: View = { x: 'linear', y: 'linear', range: null, theme: 'light' };
const figure = (id: string) => figures.find((candidate) => candidate.id === id)!;

interface Series {
  name?: string;
  data: [number, number | null][];
  markArea?: { data: [Record<string, number>, Record<string, number>][] };
  markLine?: { data: { xAxis: number }[] };
}
const seriesOf = ({ option }: Drawing): Series[] => option.series as unknown as Series[];
const axes = ({ option }: Drawing) =>
  option as unknown as Record<
    'xAxis' | 'yAxis',
    { type: string; min: number; max: number; axisTick: { customValues: number[] } }
  >;

describe('every figure', () => {
  const charts: echarts.ECharts[] = [];
  afterEach(() => charts.splice(0).forEach((chart) => chart.dispose()));

  function svg(drawing: Drawing, width = 640): string {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height: 300 });
    charts.push(chart);
    chart.setOption(drawing.option);
    return chart.renderToSVGString();
  }

  it.each(figures.map(({ id }) => id))('%s is drawn by the chart library on all axes, themes and widths', (id) => {
    for (const theme of ['light', 'dark'] as const) {
      for (const x of ['linear', 'log'] as const) {
        for (const y of ['linear', 'log'] as const) {
          const drawing = figure(id).draw(records, { x, y, theme, range: null });
          const picture = svg(drawing, x === 'log' ? 320 : 900);
          expect(picture).toContain('>epoch</text>');
          expect(picture).not.toContain('NaN');
          expect(axes(drawing).xAxis.type).toBe(x === 'log' ? 'log' : 'value');
          expect(axes(drawing).yAxis.type).toBe(y === 'log' ? 'log' : 'value');
          expect(axes(drawing).yAxis.axisTick.customValues.length).toBeGreaterThan(1);
        }
      }
    }
  });

  it.each(figures.map(({ id }) => id))('%s is drawn of a run that has not begun', (id) => {
    const empty: RunRecords = {
      run: records.run,
      epochs: [],
      events: [],
      steps: createStepSeries(COLUMNS),
    };
    for (const y of ['linear', 'log'] as const) {
      const drawing = figure(id).draw(empty, { ...view, y });
      expect(drawing.summary).toBe(id === 'schedule' ? 'Now 0.1, after 0 changes.' : 'No epoch has ended yet.');
      expect(svg(drawing)).toContain('>epoch</text>');
      expect(drawing.table.rows).toEqual([]);
    }
  });

  it.each(figures.map(({ id }) => id))(
    '%s draws at most 1,502 points per line, and one invisible neighbour on either side',
    (id) => {
      const long = quadraticRun(60);
      for (const { name, data } of seriesOf(figure(id).draw(long, { ...view, range: { from: 10, to: 12 } }))) {
        expect(data.length, name).toBeLessThanOrEqual(2 * 1502);
        expect(
          data
            .filter(([x]) => x < 10)
            .map(([x]) => x)
            .filter((x, i, all) => x !== all[0]).length,
          name,
        ).toBe(0);
      }
    },
  );

  it('marks the changes of the learning rate at their epochs', () => {
    expect(records.events.length).toBeGreaterThan(3);
    for (const { id, draw } of figures) {
      const [backdrop] = seriesOf(draw(records, view));
      expect(
        backdrop!.markLine!.data.map(({ xAxis }) => xAxis),
        id,
      ).toEqual(records.events.map(({ epoch }) => epoch));
    }
  });
});

describe('the figure of the layers', () => {
  it('tells layers apart by symbols at a few points, and tensors of a layer by dashes', () => {
    const lines = seriesOf(figure('layers').draw(records, view)).slice(1) as unknown as {
      symbol: string;
      showSymbol: boolean;
      symbolSize: (value: unknown, at: { dataIndex: number }) => number;
      data: unknown[];
    }[];
    expect(lines.map(({ symbol }) => symbol)).toEqual(['circle', 'rect']);
    for (const { symbolSize, data, showSymbol } of lines) {
      const sizes = data.map((_, dataIndex) => symbolSize(undefined, { dataIndex }));
      expect(showSymbol).toBe(true);
      // Of 40 epochs each fourth one, the last one among them.
      expect(sizes.filter((size) => size > 0)).toHaveLength(10);
      expect(sizes.at(-1)).toBe(8);
    }
  });
});

describe('the figure of the loss', () => {
  it('runs through the exact averages at the ends of epochs and through all extremes in between', () => {
    const [, steps, average] = seriesOf(figure('loss').draw(records, view));
    const losses = columnOf(records, 'loss');
    const drawn = steps!.data.map(([, y]) => y!);
    expect(Math.max(...drawn)).toBe(Math.max(...losses));
    expect(Math.min(...drawn)).toBe(Math.min(...losses));
    const seen = figure('loss').draw(records, { ...view, range: { from: 11.5, to: 13.5 } });
    const points = new Map(seriesOf(seen)[2]!.data);
    expect(points.get(12)).toBe(records.epochs[11]!.lossHalf);
    expect(points.get(13)).toBe(records.epochs[12]!.lossHalf);
    expect(average!.data.length).toBeLessThan(3004);
  });

  it('has no average in the quarter of an epoch after a change of the learning rate', () => {
    const { epoch } = records.events[0]!;
    const { data } = seriesOf(figure('loss').draw(records, { ...view, range: { from: epoch, to: epoch + 0.5 } }))[2]!;
    const after = data.filter(([x]) => x > epoch);
    const [first, second] = after.filter(([, y]) => y !== null).map(([x]) => x);
    expect(after[0]).toEqual([epoch + 0.5 / 200, null]);
    // Step 51 of 200 per epoch is the first after a quarter of them.
    expect(first).toBeCloseTo(epoch + 51 / 200, 12);
    expect(second).toBeCloseTo(epoch + 52 / 200, 12);
  });

  it('leaves a marked gap where the loss is NaN', () => {
    const broken = quadraticRun(2);
    const steps = createStepSeries(broken.run.stepColumns);
    const rows = broken.rows.slice();
    for (let step = 150; step < 160; step += 1) rows[COLUMNS.length * step] = NaN;
    appendRows(steps, 0, rows);
    const [backdrop, instant] = seriesOf(figure('loss').draw({ ...broken, steps }, view));
    const areas = backdrop!.markArea!.data;
    expect(areas.length).toBe(1);
    // Steps 151 .. 160 of 200 an epoch, half a step more at both ends.
    expect(areas[0]![0]['xAxis']).toBeCloseTo(150.5 / 200, 12);
    expect(areas[0]![1]['xAxis']).toBeCloseTo(160.5 / 200, 12);
    expect(instant!.data.filter(([, y]) => y === null).every(([x]) => x > 150 / 200 && x < 161 / 200)).toBe(true);
    expect(instant!.data.some(([, y]) => y === null)).toBe(true);
  });
});

describe('the figure of the ratio', () => {
  it('has the band 1 ± X', () => {
    const [backdrop] = seriesOf(figure('ratio').draw(records, view));
    const [[from, to]] = backdrop!.markArea!.data as [[Record<string, number>, Record<string, number>]];
    expect(from!['yAxis']).toBeCloseTo(0.99, 12);
    expect(to!['yAxis']).toBeCloseTo(1.01, 12);
  });

  it('shows the neighbourhood of 1, and an arrow for each epoch beyond it', () => {
    const drawing = figure('ratio').draw(records, view);
    const { min, max } = axes(drawing).yAxis;
    expect(min).toBeLessThan(0.97);
    expect(max).toBeGreaterThan(1.03);
    const [above, below] = seriesOf(drawing).slice(-2);
    expect(above!.data.map(([x]) => x)).toEqual(
      records.epochs.filter(({ ratio }) => ratio > max).map(({ epoch }) => epoch),
    );
    expect(below!.data.map(([x]) => x)).toEqual(
      records.epochs.filter(({ ratio }) => ratio < min).map(({ epoch }) => epoch),
    );
    expect(above!.data.length).toBeGreaterThan(0);
  });

  it('shows the distance from 1 on a log axis', () => {
    const drawing = figure('ratio').draw(records, { ...view, y: 'log' });
    const points = new Map(seriesOf(drawing)[2]!.data);
    expect(points.get(1)).toBe(Math.abs(records.epochs[0]!.ratio - 1));
    const [[, to]] = seriesOf(drawing)[0]!.markArea!.data as [[unknown, Record<string, number>]];
    expect(to['yAxis']).toBe(0.01);
  });
});

describe('the summary of the ratio', () => {
  /** The last epoch's summary, its two sides given. */
  const summaryOf = (oLHalf: number, oRHalf: number, change: Partial<RunRecords> = {}) => {
    const last = { ...records.epochs.at(-1)!, oLHalf, oRHalf, ratio: oLHalf / oRHalf };
    return figure('ratio').draw({ ...records, epochs: [last], ...change }, view).summary;
  };

  it('says whether the ratio is inside the band', () => {
    expect(summaryOf(1.005, 1)).toBe('Ratio 1.005 after epoch 40, inside 1 ± 0.01.');
    expect(summaryOf(1.02, 1)).toBe('Ratio 1.02 after epoch 40, outside 1 ± 0.01.');
  });

  it('takes no ratio for equilibrium whose right side is negative or whose averages are of one step', () => {
    expect(summaryOf(-1, -1)).toBe('Ratio 1 after epoch 40, outside 1 ± 0.01.');
    const { step } = records.epochs.at(-1)!;
    const event = { ...records.events.find(({ type }) => type === 'learningRate')!, step: step - 1 };
    expect(summaryOf(1, 1, { events: [event] })).toBe('Ratio 1 after epoch 40, outside 1 ± 0.01.');
    expect(summaryOf(1, 1, { events: [{ ...event, step: step - 4 }] })).toContain('inside');
  });
});

it('an average of the parameters is a line of its own in accuracy and loss, where one is kept', () => {
  const averaged: RunRecords = {
    ...records,
    run: { ...records.run, config: { ...records.run.config, average: 'tail' } },
    epochs: records.epochs.map((record) => ({
      ...record,
      average: { steps: 9, trainLoss: 0.25, trainAccuracy: 0.5, testLoss: 0.75, testAccuracy: 0.875 },
    })),
  };
  for (const [id, name, value] of [
    ['accuracy', 'test data, average', 0.875],
    ['full-batch-loss', 'training data, average', 0.25],
  ] as const) {
    const { table, ...drawing } = figure(id).draw(averaged, view);
    const line = seriesOf({ table, ...drawing }).find((series) => series.name === name);
    expect(new Map(line!.data).get(7)).toBe(value);
    expect(table.rows[6]!.at(-1)).toBe(value);
    expect(seriesOf(figure(id).draw(records, view)).map((series) => series.name)).not.toContain(name);
    expect(figure(id).draw(records, view).table.columns).toHaveLength(3);
  }
});

it('the figure of the layers has a colour for each layer, and dashes for its later tensors', () => {
  const parameters = ['a.kernel', 'b.kernel', 'a.bias', 'c'].map((name) => ({ name, shape: [1] }));
  const drawing = figure('layers').draw({ ...records, run: { ...records.run, parameters } }, view);
  const styles = (drawing.option.series as { lineStyle: { color: string; type: unknown } }[])
    .slice(1)
    .map(({ lineStyle: { color, type } }) => [color, type]);
  const { blue, orange, green } = THEMES.light.hues;
  expect(styles).toEqual([
    [blue, 'solid'],
    [orange, 'solid'],
    [blue, [6, 4]],
    [green, 'solid'],
  ]);
});

it('the summary of the layers names the tensor farthest from balance', () => {
  const layers = {
    'soft.kernel': { oLHalf: 1.2, oRHalf: 1, ratio: 1.2 },
    'stiff.kernel': { oLHalf: 0.7, oRHalf: 1, ratio: 0.7 },
  };
  const epochs = [{ ...records.epochs[0]!, layers }];
  expect(figure('layers').draw({ ...records, epochs }, view).summary).toBe(
    'Farthest from balance after epoch 1: stiff.kernel, ratio 0.7.',
  );
});

it('the figure of the learning rate has a step at each change', () => {
  const [, stairs] = seriesOf(figure('schedule').draw(records, view));
  const expected = [[0, 0.1], ...records.events.map((event) => [event.epoch, 'to' in event ? event.to : NaN])];
  expect(stairs!.data.slice(0, -1)).toEqual(expected);
  expect(stairs!.data.at(-1)).toEqual([40, expected.at(-1)![1]]);
  const zoomed = figure('schedule').draw(records, { ...view, range: { from: 20.25, to: 20.75 } });
  const [, part] = seriesOf(zoomed);
  expect(part!.data.map(([x]) => x)).toContain(20.25);
});

it('the figure of the accuracy shows errors on a log axis', () => {
  const [, train] = seriesOf(figure('accuracy').draw(records, { ...view, y: 'log' }));
  expect(new Map(train!.data).get(7)).toBeCloseTo(1 - records.epochs[6]!.trainAccuracy, 12);
});

it('the figure of the layers has a ratio for each parameter tensor', () => {
  const drawing = figure('layers').draw(records, view);
  expect(
    seriesOf(drawing)
      .slice(1)
      .map(({ name }) => name),
  ).toEqual(['soft.kernel', 'stiff.kernel']);
  expect(drawing.table.columns).toEqual(['epoch', 'soft.kernel', 'stiff.kernel']);
  expect(drawing.table.rows[4]).toEqual([
    5,
    records.epochs[4]!.layers['soft.kernel']!.ratio,
    records.epochs[4]!.layers['stiff.kernel']!.ratio,
  ]);
});
