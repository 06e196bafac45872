import stringWidth from 'string-width';

const CONTROL = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const segmenter = new Intl.Segmenter();

/** Fewer columns than this are too few for a text beside its heading. */
const LEAST_WIDTH = 24;
/** Columns by which a text below its heading is indented. */
const INDENT = 4;

/** Whatever would break the line, drive the terminal, or turn its direction around, shown as a space. */
export function onOneLine(text: string): string {
  return text.replaceAll(CONTROL, ' ').trim();
}

/** Columns that a text takes on a terminal: two for East Asian letters and emoji. */
export const widthOf = (text: string): number => stringWidth(text);

/** The text, cut to so many columns; where something is cut, an ellipsis ends it. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let cut = '';
  let width = 1;
  for (const { segment } of segmenter.segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    cut += segment;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/**
 * A heading and its text, at most so many columns wide unless a word is longer: the text is wrapped beside the heading, or below it where
 * there is no room.
 *
 * @param heading with the space that parts it from the text
 */
export function hangingText(heading: string, text: string, columns: number): string {
  if (widthOf(heading) + widthOf(text) <= columns) return `${heading}${text}`.trimEnd();
  const indent = widthOf(heading);
  if (columns - indent >= LEAST_WIDTH)
    return `${heading}${wrap(text, columns - indent).join(`\n${' '.repeat(indent)}`)}`;
  return [heading.trimEnd(), ...wrap(text, columns - INDENT).map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

/** The text in lines, broken at spaces. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [word] of text.matchAll(/\S+\s*/g)) {
    if (line !== '' && widthOf(line) + widthOf(word.trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}
