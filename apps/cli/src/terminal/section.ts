import { hangingText, onOneLine } from './text.js';

/** Names and their values, in the order in which they are shown. */
export type Pairs = readonly (readonly [name: string, value: string])[];
/** Pairs under a title. */
export type Section = readonly [title: string, lines: Pairs];

/**
 * Sections under their titles, the values one below the other; empty sections are left out.
 *
 * @param columns longer values are wrapped to so many
 */
export function formatSections(sections: readonly Section[], columns = Infinity): string {
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${formatPairs(lines, columns)}`)
    .join('\n');
}

function formatPairs(lines: Pairs, columns: number): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines
    .map(([name, value]) => `${hangingText(`  ${name.padEnd(width)}  `, onOneLine(value), columns)}\n`)
    .join('');
}
