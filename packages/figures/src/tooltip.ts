import type { EChartsOption } from 'echarts';
import type { Curve } from './curve.js';
import type { Drop } from './event-text.js';
import { numberText } from './number-text.js';
import type { Range } from './scale.js';
import { FONT, type Theme } from './theme.js';

interface Named {
  readonly name: string;
  readonly curve: Curve;
}

/** Index of the point that stands nearest to `at`; -1 where there is none. */
function nearest(x: readonly number[], at: number): number {
  let from = 0;
  let to = x.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (at - (x[middle] as number) > (x[middle + 1] as number) - at) from = middle + 1;
    else to = middle;
  }
  return to;
}

function wrapped(sentence: string, width = 46): string {
  const lines: string[] = [''];
  for (const word of sentence.split(' ')) {
    const line = lines.at(-1) as string;
    if (line && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join('\n');
}

/** What there is to read at one place of the axis: a line for each curve, and what changed the learning rate there. */
export function tooltipText(
  curves: readonly Named[],
  drops: readonly Drop[],
  epochs: Range,
  epoch: number,
  valueText: (value: number) => string,
  xName = 'epoch',
): string {
  const lines = curves.flatMap(({ name, curve: { x, low, high } }) => {
    const index = nearest(x, epoch);
    if (index < 0) return [];
    const bottom = low[index] as number;
    const top = high[index] as number;
    return [`${name}: ${bottom === top ? valueText(bottom) : `${valueText(bottom)} … ${valueText(top)}`}`];
  });
  const reach = (epochs.to - epochs.from) / 100;
  const changes = drops.filter((drop) => Math.abs(drop.epoch - epoch) <= reach).map(({ text }) => wrapped(text));
  return [`${xName} ${numberText(epoch)}`, ...lines, ...changes.slice(-2)].join('\n');
}

/** A tooltip drawn as text on the chart itself: no name in it can become markup of the page. */
export function tooltip(
  curves: readonly Named[],
  drops: readonly Drop[],
  epochs: Range,
  theme: Theme,
  valueText: (value: number) => string,
  xName: string,
): NonNullable<EChartsOption['tooltip']> {
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
    formatter: (params: unknown) => {
      const [first] = (Array.isArray(params) ? params : [params]) as { axisValue?: unknown }[];
      // A brace would open a style of the chart library's rich text.
      return tooltipText(curves, drops, epochs, Number(first?.axisValue), valueText, xName).replaceAll(/[{}|]/g, ' ');
    },
  };
}
