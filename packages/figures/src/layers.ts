import { formatNumber, layerOf, ratioOf, slowest, thresholdOf } from '@fdr/core/relations';
import type { EpochRecord, Run } from '@fdr/records';
import { balanceAxis, onBalanceAxis } from './balance-axis.js';
import { TRACE_SYMBOLS } from './chart.js';
import type { Figure } from './figure.js';
import { runChartOption } from './run-chart.js';
import { epochCurve, lastEpochSummary, visibleEpochs, visibleValues } from './run-records.js';
import { lineColor, THEMES } from './theme.js';

/** A parameter tensor as this figure draws it. */
interface Tensor {
  readonly name: string;
  /** Index of its layer, which decides the colour and the symbol. */
  readonly layer: number;
  /** Whether it is the first tensor of its layer; the others are dashed. */
  readonly isFirst: boolean;
}

function tensorsOf({ parameters }: Run): Tensor[] {
  const layerNames: string[] = [];
  return parameters.map(({ name }) => {
    const layer = layerNames.indexOf(layerOf(name));
    if (layer >= 0) return { name, layer, isFirst: false };
    return { name, layer: layerNames.push(layerOf(name)) - 1, isFirst: true };
  });
}

/** The recorded ratio of a tensor; NaN if there is none. */
const tensorRatio = ({ layers: balances }: EpochRecord, name: string): number =>
  Object.hasOwn(balances, name) ? (balances[name]?.ratio ?? NaN) : NaN;

/** O_L / O_R of each parameter tensor. (9) holds component by component, so every layer has a balance of its own. */
export const layers: Figure = {
  id: 'layers',
  title: 'Ratio per layer',
  caption:
    'O_L / O_R of each parameter tensor at each epoch’s end. The network as a whole may look settled while one layer still moves.',
  scale: 'linear',
  draw(records, view) {
    const { run, epochs } = records;
    const theme = THEMES[view.theme];
    const range = visibleEpochs(records, view);
    const lines = tensorsOf(run).map((tensor) => ({
      ...tensor,
      curve: epochCurve(records, (record) => tensorRatio(record, tensor.name)),
    }));
    const visible = lines.flatMap(({ curve }) => visibleValues(curve, range));
    const axis = balanceAxis(visible, thresholdOf(run.config.schedule), view.y);
    return {
      option: runChartOption(records, view, {
        name: axis.name,
        traces: lines.map(({ name, layer, isFirst, curve }) => ({
          name,
          curve: onBalanceAxis(curve, axis),
          color: lineColor(theme, layer),
          dashed: !isFirst,
          symbol: TRACE_SYMBOLS[layer % TRACE_SYMBOLS.length],
        })),
        band: axis.band,
        yRange: axis.yRange,
      }),
      table: {
        columns: ['epoch', ...lines.map(({ name }) => name)],
        rows: epochs.map((record) => [record.epoch, ...lines.map(({ name }) => tensorRatio(record, name))]),
      },
      summary: lastEpochSummary(records, ({ epoch, layers: balances }) => {
        const farthest = slowest(balances);
        if (!farthest) return `No layer was recorded in epoch ${epoch}.`;
        const farthestRatio = formatNumber(ratioOf(farthest.sides), 5);
        return `Farthest from balance after epoch ${epoch}: ${farthest.name}, ratio ${farthestRatio}.`;
      }),
    };
  },
};
