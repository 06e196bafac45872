import { formatNumber } from '@fdr/core/relations';
import type { EChartsOption } from 'echarts';
import { nearestPoint, type Curve } from './curve.js';
import type { LearningRateChange } from './learning-rate-changes.js';
import type { Range } from './scale.js';
import { FONT, type Theme } from './theme.js';

/** What a tooltip shows and how it is written. */
export interface TooltipContent {
  readonly curves: readonly { readonly name: string; readonly curve: Curve }[];
  readonly changes: readonly LearningRateChange[];
  /** The visible range of the horizontal axis. */
  readonly range: Range;
  /** Name of the horizontal axis. */
  readonly xName: string;
  readonly formatValue: (value: number) => string;
}

/** Breaks a sentence into lines of fewer than `width` characters, as far as its words allow. */
function wrap(sentence: string, width = 46): string {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    if (line && line.length + word.length >= width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].join('\n');
}

/** The text at a position of the axis: a line for each curve's nearest point, and the nearby changes of the learning rate. */
export function tooltipText({ curves, changes, range, xName, formatValue }: TooltipContent, x: number): string {
  const lines = curves.flatMap(({ name, curve }) => {
    const point = nearestPoint(curve, x);
    if (!point) return [];
    const { low, high } = point;
    return [`${name}: ${low === high ? formatValue(low) : `${formatValue(low)} … ${formatValue(high)}`}`];
  });
  const reach = (range.to - range.from) / 100;
  const nearby = changes.filter(({ epoch }) => Math.abs(epoch - x) <= reach).map(({ text }) => wrap(text));
  return [`${xName} ${formatNumber(x)}`, ...lines, ...nearby.slice(-2)].join('\n');
}

/** The position that the chart library passes to a tooltip's formatter; NaN if there is none. */
function axisValueOf(params: unknown): number {
  const first: unknown = Array.isArray(params) ? params[0] : params;
  return typeof first === 'object' && first !== null && 'axisValue' in first ? Number(first.axisValue) : NaN;
}

/** A tooltip that is drawn as text on the chart itself, so that no name in it can become markup of the page. */
export function tooltip(content: TooltipContent, theme: Theme): NonNullable<EChartsOption['tooltip']> {
  return {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    backgroundColor: theme.background,
    borderColor: theme.grid,
    borderWidth: 1,
    padding: [8, 10],
    textStyle: { color: theme.text, fontFamily: FONT, fontSize: 12, lineHeight: 18 },
    axisPointer: { type: 'line', lineStyle: { color: theme.muted, width: 1, type: 'solid', opacity: 0.6 } },
    // Braces and bars are replaced because they would start a style of the chart library's rich text.
    formatter: (params: unknown) => tooltipText(content, axisValueOf(params)).replaceAll(/[{}|]/g, ' '),
  };
}
