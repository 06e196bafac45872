import { cutTo, hangingText, onOneLine, widthOf } from './text.js';

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly alignment?: 'left' | 'right';
  /** In a narrow terminal the columns of the highest rank are left out first; rank 0 stays. */
  readonly rank: number;
  /** Of the last column: its text is wrapped where it is too long, not cut. */
  readonly wraps?: boolean;
}

const GAP = '  ';

/** Rows of cells under their titles, at most so many columns wide. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(onOneLine))];
  const all = columns.map((column, index) => ({
    ...column,
    width: Math.max(...cells.map((row) => widthOf(row[index] ?? ''))),
    text: (row: readonly string[]) => row[index] ?? '',
  }));
  const shown = fittingColumns(all, width);
  const wraps = shown.at(-1)?.wraps === true;
  const lines = cells.map((row) => {
    const texts = shown.map((column) => {
      const text = column.text(row);
      const padding = ' '.repeat(column.width - widthOf(text));
      return column.alignment === 'right' ? padding + text : text + padding;
    });
    if (!wraps) return cutTo(texts.join(GAP).trimEnd(), width);
    return hangingText([...texts.slice(0, -1), ''].join(GAP), texts.at(-1)?.trimEnd() ?? '', width);
  });
  return `${lines.join('\n')}\n`;
}

/** The columns that have room side by side, and those of rank 0 in any case. */
function fittingColumns<Sized extends Column & { readonly width: number }>(
  columns: readonly Sized[],
  width: number,
): readonly Sized[] {
  const total = columns.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length);
  const highest = Math.max(...columns.map(({ rank }) => rank));
  if (total <= width || highest === 0 || columns.length === 1) return columns;
  const dropped = columns.findLastIndex(({ rank }) => rank === highest);
  return fittingColumns(columns.toSpliced(dropped, 1), width);
}
