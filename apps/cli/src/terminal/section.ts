import { onOneLine } from './text.js';

export type Pairs = readonly (readonly [name: string, value: string])[];
export type Section = readonly [title: string, lines: Pairs];

/** Sections under their titles, the values in line; empty ones are left out. */
export function formatSections(sections: readonly Section[]): string {
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${format(lines)}`)
    .join('\n');
}

function format(lines: Pairs): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${`${name.padEnd(width)}  ${onOneLine(value)}`.trimEnd()}\n`).join('');
}
