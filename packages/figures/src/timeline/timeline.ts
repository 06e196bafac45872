import { formatNumber, formatRatio, judgeBalance, thresholdOf } from '@fdr/core/relations';
import type { EChartsOption } from 'echarts';
import { chartParts, type ChartParts } from '../chart-option.js';
import { reduceCurve } from '../curve.js';
import type { Figure } from '../figure.js';
import { learningRateChanges } from '../learning-rate-changes.js';
import { lastEpochSummary, visibleEpochs, type RunRecords, type View } from '../run-records.js';
import type { Range } from '../scale.js';
import type { ChartSeries } from '../series.js';
import { FONT, THEMES, type Theme } from '../theme.js';
import { tooltip } from '../tooltip.js';
import { balanceLane, layerLane, lossLane, rateLane, type Lane, type LaneContext } from './lanes.js';
import { layerCells, LEVELS, type LayerCell } from './layer-map.js';

/** Pixels: a lane's legend stands above it. */
const LAYOUT = { left: 112, right: 18, top: 6, legend: 30, gap: 12, bottom: 46 };
/** Heights of the lanes: loss, balance, layers, learning rate. */
const HEIGHTS = [170, 150, 110, 90];
/** Pixels between the picture's edges and the ends of its horizontal axis. */
export const TIMELINE_MARGINS: { readonly left: number; readonly right: number } = {
  left: LAYOUT.left,
  right: LAYOUT.right,
};
/** Index of the lane of the layers. */
const LAYERS = 2;

/** Height of the whole picture in pixels. */
export const TIMELINE_HEIGHT: number =
  HEIGHTS.reduce((sum, height) => sum + LAYOUT.legend + height + LAYOUT.gap, LAYOUT.top) + LAYOUT.bottom;

/** What is visible, and the lanes that show it. */
function lanesOf(records: RunRecords, view: View): { readonly context: LaneContext; readonly lanes: readonly Lane[] } {
  const changes = learningRateChanges(records.events, records.run);
  const context = { records, range: visibleEpochs(records, view), theme: THEMES[view.theme], changes };
  const lanes = [
    lossLane(context, view.y),
    balanceLane(context),
    layerLane(context, records.run.parameters.length),
    rateLane(context, view.x),
  ];
  return { context, lanes };
}

/** The cells as coloured areas. Green is balanced for certain; of the others the darker ones are further from 1. */
const areasOf = (cells: readonly LayerCell[], theme: Theme, { from, to }: Range) =>
  cells.map((cell): [object, object] => {
    const itemStyle =
      cell.level === 'balanced'
        ? { color: theme.hues.green, opacity: 0.55 }
        : { color: theme.hues.purple, opacity: 0.08 + (0.9 * cell.level) / (LEVELS - 1) };
    return [
      { xAxis: Math.max(cell.from, from), yAxis: cell.row, itemStyle },
      { xAxis: Math.min(cell.to, to), yAxis: cell.row + 1 },
    ];
  });

/** The lane of the layers: a row for each tensor, named beside it, the first one on top. */
function withLayers(parts: ChartParts, { records: { run, epochs }, range, theme }: LaneContext): ChartParts {
  const customValues = run.parameters.map((_, row) => row + 0.5);
  const threshold = thresholdOf(run.config.schedule);
  const cells = layerCells(run, epochs, range, threshold);
  const markArea = { silent: true, data: areasOf(cells, theme, range) };
  const map: ChartSeries = { type: 'line', silent: true, data: [], markArea };
  const last = epochs.at(-1);
  const slowest = last && judgeBalance(last, threshold).slowest?.name;
  const formatter = (value: number): string => {
    const name = run.parameters[Math.floor(value)]?.name ?? '';
    return name === slowest ? `▸ ${name}` : name;
  };
  const { axisLabel } = parts.yAxis;
  return {
    ...parts,
    yAxis: {
      ...parts.yAxis,
      inverse: true,
      splitLine: { show: false },
      axisLabel: { ...axisLabel, customValues, formatter, width: LAYOUT.left - 14, overflow: 'truncate' },
    },
    series: [map, ...parts.series],
  };
}

function optionOf(records: RunRecords, view: View): EChartsOption {
  const { context, lanes } = lanesOf(records, view);
  const { range, theme, changes } = context;
  const parts = lanes.map(({ chart, y }, index) => {
    const own = chartParts(chart, { x: view.x, y, theme: view.theme }, range);
    return index === LAYERS ? withLayers(own, context) : own;
  });
  const tops = HEIGHTS.map((_, index) =>
    HEIGHTS.slice(0, index).reduce((sum, height) => sum + LAYOUT.legend + height + LAYOUT.gap, LAYOUT.top),
  );
  const curves = lanes.flatMap(({ chart: { traces } }) =>
    traces.map(({ name, curve }) => ({ name, curve: reduceCurve(curve, range, view.x) })),
  );
  const content = { curves, changes, range, xName: 'epoch', formatValue: (value: number) => formatNumber(value) };
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT, color: theme.text },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    tooltip: tooltip(content, theme),
    legend: parts.map(({ legend }, index) => ({ ...legend, left: LAYOUT.left - 6, top: (tops[index] ?? 0) + 4 })),
    grid: HEIGHTS.map((height, index) => ({
      left: LAYOUT.left,
      right: LAYOUT.right,
      top: (tops[index] ?? 0) + LAYOUT.legend,
      height,
      outerBoundsMode: 'none',
    })),
    xAxis: parts.map(({ xAxis }, index) => {
      const isLast = index === HEIGHTS.length - 1;
      return {
        ...xAxis,
        gridIndex: index,
        axisLabel: { ...xAxis.axisLabel, show: isLast },
        name: isLast ? 'epoch' : '',
      };
    }),
    yAxis: parts.map(({ yAxis }, index) => ({ ...yAxis, gridIndex: index, nameGap: 62 })),
    series: parts.flatMap(({ series }, index) =>
      series.map((one): ChartSeries => ({ ...one, xAxisIndex: index, yAxisIndex: index })),
    ),
  };
}

/** Columns of the table before those of the tensors. */
const COLUMNS = [
  'epoch',
  'learning rate',
  'loss, half-running',
  'O_L / O_R',
  '2 standard errors',
  'state',
  'slowest',
] as const;

/** Everything that tells of a run's equilibrium, over one axis: loss, balance, layers and learning rate. */
export const timeline: Figure = {
  id: 'timeline',
  title: 'Timeline',
  caption:
    'Loss; |O_L / O_R − 1| with its scatter and the band below X; the ratio of each tensor, green where it is balanced for certain, else the darker the further from 1, with ▸ at the slowest; learning rate.',
  scale: 'log',
  draw(records, view) {
    const threshold = thresholdOf(records.run.config.schedule);
    const tensors = records.run.parameters.map(({ name }) => name);
    return {
      option: optionOf(records, view),
      table: {
        columns: [...COLUMNS, ...tensors],
        rows: records.epochs.map((record) => {
          const { state, slowest } = judgeBalance(record, threshold);
          const { epoch, learningRate, lossHalf, ratio, scatter = NaN, layers } = record;
          const ratios = tensors.map((name) => (Object.hasOwn(layers, name) ? (layers[name]?.ratio ?? NaN) : NaN));
          return [epoch, learningRate, lossHalf, ratio, 2 * scatter, state, slowest?.name ?? '', ...ratios];
        }),
      },
      summary: lastEpochSummary(records, (last) => {
        const { state, total, slowest } = judgeBalance(last, threshold);
        const layer = slowest ? `, slowest ${slowest.name} ${formatRatio(slowest)}` : '';
        return `After epoch ${last.epoch} ${state}: ratio ${formatRatio(total)}${layer}.`;
      }),
    };
  },
};
