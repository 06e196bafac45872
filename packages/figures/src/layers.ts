import { balanceAxis, onAxis } from './balance-axis.js';
import { chartOption } from './chart.js';
import { drops } from './event-text.js';
import type { Figure } from './figure.js';
import { numberText } from './number-text.js';
import { epochCurve, visibleEpochs } from './run-records.js';
import { THEMES } from './theme.js';

/** The layer of a parameter tensor: `dense1` of `dense1.kernel`. */
function layerOf(name: string): string {
  return name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
}

/** O_L / O_R of each parameter tensor: (9) holds component by component, so every layer has a balance of its own. */
export const layers: Figure = {
  id: 'layers',
  title: 'Ratio per layer',
  caption:
    'O_L / O_R of each parameter tensor at each epoch’s end. The whole may look settled while a layer still moves.',
  scale: 'linear',
  draw(records, view) {
    const { run, epochs, events } = records;
    const theme = THEMES[view.theme];
    const seen = visibleEpochs(records, view);
    const names = run.parameters.map(({ name }) => name);
    const order = [...new Set(names.map(layerOf))];
    const ratioOf = (record: (typeof epochs)[number], name: string): number =>
      Object.hasOwn(record.layers, name) ? (record.layers[name]?.ratio ?? NaN) : NaN;
    const curves = names.map((name) => epochCurve(records, (record) => ratioOf(record, name)));
    const inSight = curves.flatMap(({ x, low }) =>
      low.filter((_, index) => (x[index] as number) >= seen.from && (x[index] as number) <= seen.to),
    );
    const axis = balanceAxis(inSight, run.config.threshold, view.y);
    const last = epochs.at(-1);
    const farthest =
      last && [...names].sort((one, other) => distance(ratioOf(last, other)) - distance(ratioOf(last, one)))[0];
    return {
      option: chartOption(
        {
          name: axis.name,
          traces: names.map((name, index) => {
            const layer = layerOf(name);
            const siblings = names.filter((other) => layerOf(other) === layer);
            return {
              name,
              curve: onAxis(curves[index] as (typeof curves)[number], axis),
              color: theme.lines[order.indexOf(layer) % theme.lines.length] as string,
              dashed: siblings.indexOf(name) > 0,
            };
          }),
          band: axis.band,
          heights: axis.heights,
          drops: drops(events, run.stepsPerEpoch),
        },
        view,
        seen,
      ),
      table: {
        columns: ['epoch', ...names],
        rows: epochs.map((record) => [record.epoch, ...names.map((name) => ratioOf(record, name))]),
      },
      summary:
        last && farthest
          ? `Farthest from balance after epoch ${last.epoch}: ${farthest}, ratio ${numberText(ratioOf(last, farthest), 5)}.`
          : 'No epoch has ended yet.',
    };
  },
};

/** How far a ratio is from one; a ratio that is no number is farthest. */
function distance(ratio: number): number {
  return Number.isFinite(ratio) ? Math.abs(ratio - 1) : Infinity;
}
