import { balanceAxis, beyond, onAxis } from '../balance-axis.js';
import { curve } from '../curve.js';
import { drops } from '../event-text.js';
import { epochCurve, epochsDone, type RunRecords } from '../run-records.js';
import { THEMES, type ThemeName } from '../theme.js';
import type { Panel } from './panels.js';

/** What a rule saw and would have done at epochs' ends. */
export interface Replay {
  readonly looks: readonly { readonly epoch: number; readonly ratio: number }[];
  readonly firings: readonly {
    readonly epoch: number;
    readonly from: number;
    readonly to: number;
    readonly exact: boolean;
  }[];
  /** X of section 3.3. */
  readonly threshold: number;
}

/** A recorded run, and over it what another rule would have made of it: the ratio it would have seen, the learning rate it would have set. */
export function replayPanels(
  records: RunRecords,
  { looks, firings, threshold }: Replay,
  theme: ThemeName = 'light',
): Panel[] {
  const { lines, ink } = THEMES[theme];
  const [blue, red, , , , ochre] = lines as [string, string, string, string, string, string];
  const { run, events } = records;
  const range = { from: 0, to: Math.max(epochsDone(records), 1) };
  const recorded = epochCurve(records, ({ ratio }) => ratio);
  const seen = curve(
    looks.map(({ epoch }) => epoch),
    looks.map(({ ratio }) => ratio),
  );
  const axis = balanceAxis(seen.low, threshold, 'linear');
  const at = new Map(looks.map(({ epoch, ratio }) => [epoch, ratio]));
  const marks = (exact: boolean) => firings.filter((firing) => firing.exact === exact);
  const stairs = (start: number, changes: readonly { readonly epoch: number; readonly to: number }[]) => {
    const corners = [{ epoch: 0, to: start }, ...changes];
    const end = { epoch: range.to, to: corners.at(-1)?.to ?? start };
    const points = [...corners, end];
    return curve(
      points.map(({ epoch }) => epoch),
      points.map(({ to }) => to),
    );
  };
  const fired = (exact: boolean, height: (firing: Replay['firings'][number]) => number) => ({
    name: exact ? 'the rule fires' : 'the rule fires, hypothetically',
    color: exact ? red : ochre,
    symbol: 'circle' as const,
    points: marks(exact).map((firing) => ({ x: firing.epoch, y: height(firing) })),
  });
  const ratioAt = ({ epoch }: { epoch: number }): number => at.get(epoch) ?? NaN;
  return [
    {
      title: 'Ratio of the two sides of FDR1 at epochs’ ends',
      ...{ x: 'linear', y: 'linear', range },
      chart: {
        name: 'O_L / O_R',
        traces: [
          { name: 'recorded', curve: onAxis(recorded, axis), color: ink, opacity: 0.5 },
          { name: 'as the rule would see it', curve: onAxis(seen, axis), color: blue, width: 2 },
        ],
        marks: [...beyond(seen, axis, range, blue), fired(true, ratioAt), fired(false, ratioAt)],
        band: axis.band,
        heights: axis.heights,
      },
    },
    {
      title: 'Learning rate',
      ...{ x: 'linear', y: 'log', range },
      chart: {
        name: 'η',
        traces: [
          {
            name: 'recorded',
            curve: stairs(run.config.learningRate, drops(events, run.stepsPerEpoch)),
            color: ink,
            opacity: 0.5,
            stairs: true,
          },
          {
            name: 'as the rule would set it',
            curve: stairs(run.config.learningRate, firings),
            color: blue,
            width: 2,
            stairs: true,
          },
        ],
        marks: [fired(true, ({ to }) => to), fired(false, ({ to }) => to)],
      },
    },
  ];
}
