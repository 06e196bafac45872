import { cutTo, onOneLine, widthOf } from './text.js';

export interface Column {
  readonly title: string;
  readonly alignment?: 'left' | 'right';
  /** In a narrow terminal the columns of the highest rank are left out first; rank 0 stays. */
  readonly rank: number;
}

const GAP = '  ';

/** Rows of cells under their titles, at most so many columns wide. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(onOneLine))];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => widthOf(row[index] ?? ''))));
  const total = (shown: readonly number[]) =>
    shown.reduce((sum, index) => sum + (widths[index] ?? 0), 0) + GAP.length * (shown.length - 1);
  let shown = columns.map((_, index) => index);
  while (total(shown) > width && shown.length > 1) {
    const ranks = shown.map((index) => columns[index]?.rank ?? 0);
    const highest = Math.max(...ranks);
    if (highest === 0) break;
    const dropped = shown[ranks.lastIndexOf(highest)];
    shown = shown.filter((index) => index !== dropped);
  }
  const lines = cells.map((row) => {
    const texts = shown.map((index) => {
      const text = row[index] ?? '';
      const padding = ' '.repeat((widths[index] ?? 0) - widthOf(text));
      return columns[index]?.alignment === 'right' ? padding + text : text + padding;
    });
    return cutTo(texts.join(GAP).trimEnd(), width);
  });
  return `${lines.join('\n')}\n`;
}
