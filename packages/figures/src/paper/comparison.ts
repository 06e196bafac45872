import { balanceAxis } from '../balance-axis.js';
import type { Trace } from '../chart.js';
import { curve, type Curve } from '../curve.js';
import { drops } from '../event-text.js';
import { epochCurve, type RunRecords } from '../run-records.js';
import type { Range } from '../scale.js';
import { THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** Told apart by the colour-blind, in this order. */
export const CONTENDER_COLORS = ['blue', 'orange', 'green', 'purple', 'black', 'sky', 'ochre', 'slate'] as const;

/** One way of training among those compared. */
export interface Contender {
  readonly name: string;
  /** Of the paper: black the preset schedule, blue or purple the adaptive one, green AMSGrad, orange Adam. */
  readonly color: (typeof CONTENDER_COLORS)[number];
  readonly records: RunRecords;
}

/**
 * Figure 4 (also S1 and S2): from top to bottom the learning rate of those that change it, the full-batch training loss f, and the
 * accuracies on the training images (solid) and the test images (dashed), over epochs.
 */
export function comparisonPanels(contenders: readonly Contender[], theme: ThemeName = 'light'): Panel[] {
  const range = epochsOf(contenders);
  const scheduled = contenders.filter(({ records: { run, events } }) => {
    return run.config.schedule !== 'constant' || events.some(({ type }) => type === 'learningRate');
  });
  const trace = tracing(theme);
  const rates: Panel = {
    title: 'Learning rate',
    ...{ x: 'linear', y: 'log', range },
    chart: {
      name: 'η',
      traces: scheduled.map((one) => ({ ...trace(one, learningRates(one.records)), stairs: true })),
    },
  };
  return [
    ...(scheduled.length > 0 ? [rates] : []),
    {
      title: 'Full-batch training loss',
      ...{ x: 'linear', y: 'log', range },
      chart: {
        name: 'f',
        traces: contenders.map((one) =>
          trace(
            one,
            epochCurve(one.records, ({ trainLoss }) => trainLoss),
          ),
        ),
      },
    },
    {
      title: 'Accuracy on the training images (solid) and the test images (dashed)',
      ...{ x: 'linear', y: 'linear', range, legend: contenders.map(({ name }) => name) },
      chart: {
        name: 'accuracy',
        heights: accuracyHeights(contenders),
        unit: 'percent',
        traces: contenders.flatMap((one) => [
          trace(
            one,
            epochCurve(one.records, ({ trainAccuracy }) => trainAccuracy),
          ),
          {
            ...trace(
              one,
              epochCurve(one.records, ({ testAccuracy }) => testAccuracy),
            ),
            ...{ name: `${one.name}, test`, dashed: true },
          },
        ]),
      },
    },
  ];
}

/** How far each one's O_L / O_R is from 1 at epochs' ends, and the distance at which the paper's rule would lower the rate. */
export function balancePanel(contenders: readonly Contender[], theme: ThemeName = 'light'): Panel {
  const ratios = contenders.flatMap(({ records }) => records.epochs.map(({ ratio }) => ratio));
  const threshold = Math.min(...contenders.map(({ records }) => records.run.config.threshold));
  const { name, height, heights, band } = balanceAxis(ratios, threshold, 'log');
  const trace = tracing(theme);
  return {
    title: 'Distance of O_L / O_R from 1',
    ...{ x: 'linear', y: 'log', range: epochsOf(contenders) },
    chart: {
      ...{ name, heights, band },
      traces: contenders.map((one) =>
        trace(
          one,
          epochCurve(one.records, ({ ratio }) => height(ratio)),
        ),
      ),
    },
  };
}

const epochsOf = (contenders: readonly Contender[]): Range => ({
  from: 0,
  to: Math.max(...contenders.map(({ records }) => records.epochs.at(-1)?.epoch ?? 1)),
});

/** Draws a curve in its contender's colour. */
function tracing(theme: ThemeName): (contender: Contender, of: Curve) => Trace {
  const { lines, ink } = THEMES[theme];
  const [blue, orange, green, purple, sky, ochre, slate] = lines as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const colors: Readonly<Record<Contender['color'], string>> = {
    black: ink,
    blue,
    orange,
    green,
    purple,
    sky,
    ochre,
    slate,
  };
  return ({ name, color }, of) => ({ name, curve: of, color: colors[color], width: 2 });
}

/** The rate of each epoch, from 0 on; corners at its changes. */
function learningRates({ run, epochs, events }: RunRecords): Curve {
  const changes = drops(events, run.stepsPerEpoch);
  const end = epochs.at(-1)?.epoch ?? 1;
  const last = changes.at(-1)?.to ?? run.config.learningRate;
  return curve(
    [0, ...changes.map(({ epoch }) => epoch), end],
    [run.config.learningRate, ...changes.map(({ to }) => to), last],
  );
}

/** From just below what all have reached after a twentieth of the epochs: what comes before would flatten the rest. */
function accuracyHeights(contenders: readonly Contender[]): { readonly from: number; readonly to: number } {
  const all = contenders.flatMap(({ records: { epochs } }) =>
    epochs
      .slice(Math.floor(epochs.length / 20))
      .flatMap(({ trainAccuracy, testAccuracy }) => [trainAccuracy, testAccuracy]),
  );
  const finite = all.filter(Number.isFinite);
  if (finite.length === 0) return { from: 0, to: 1 };
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const margin = Math.max(0.05 * (most - least), 0.002);
  return { from: Math.max(0, least - margin), to: Math.min(1 + margin, most + margin) };
}
