import { arrivalOf, scoreOf, type Firings, type Score } from './score.js';

/** What was seen of one scenario. */
export interface Column {
  readonly title: string;
  /** Distance from stationarity at epochs' ends 0, 1, ..., in heights of the noise ball. */
  readonly distances: readonly number[];
  readonly firings: readonly Firings[];
}

export const markdownTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const percent = (count: number, runs: number): string => `${Math.round((100 * count) / runs)} %`;

/** `0 %, 2.4x`: fired too early, and how late otherwise; `never` where it did not fire in so many runs. */
function cell({ runs, early, never, epoch }: Score, arrival: number): string {
  const late = Number.isNaN(epoch)
    ? []
    : [arrival === 0 ? `epoch ${Math.round(epoch)}` : `${(epoch / arrival).toFixed(1)}x`];
  return [percent(early, runs), ...late, ...(never > 0 ? [`never ${percent(never, runs)}`] : [])].join(', ');
}

/** A row for each rule, a column for each scenario. */
export function quadraticTable(columns: readonly Column[]): string {
  const rules = [...new Set(columns.flatMap(({ firings }) => firings.flatMap((one) => [...one.keys()])))];
  const judged = columns.map(({ distances, firings }) => ({ firings, arrival: arrivalOf(distances) }));
  return markdownTable(
    ['rule', ...columns.map(({ title }) => title)],
    [
      ['_stationary after epoch_', ...judged.map(({ arrival }) => `_${arrival}_`)],
      ...rules.map((rule) => [
        rule,
        ...judged.map(({ firings, arrival }) => {
          const epochs = firings.map((one) => one.get(rule));
          return epochs.some(Number.isNaN) ? '-' : cell(scoreOf(epochs, arrival), arrival);
        }),
      ]),
    ],
  );
}
