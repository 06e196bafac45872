import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { SVGRenderer } from 'echarts/renderers';
import { LineChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { panelsOption, panelsSize, type Panel } from '@fdr/figures';

echarts.use([
  ...[SVGRenderer, LineChart, ScatterChart, GridComponent],
  ...[LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent],
]);

/** Pixels of a PNG for one of the SVG: sharp on dense screens and in print. */
const DENSITY = 2;
const FONT = 'DejaVu Sans';
/** Of a letter of that font, in its size, on average. */
const LETTER_WIDTH = 0.58;
const resolve = createRequire(import.meta.url).resolve;
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => resolve(`dejavu-fonts-ttf/ttf/${name}`));

// Without a canvas the chart library guesses the width of text, for a narrower font.
echarts.setPlatformAPI({
  measureText: (text, font) => ({
    width: LETTER_WIDTH * Number.parseFloat(/([\d.]+)px/.exec(font ?? '')?.[1] ?? '12') * text.length,
  }),
});

/** The panels as an SVG document. */
export function renderSvg(panels: readonly Panel[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...panelsSize(panels) });
  try {
    chart.setOption(panelsOption(panels));
    return chart.renderToSVGString();
  } finally {
    // A chart that stays keeps the process alive.
    chart.dispose();
  }
}

/** An SVG document as a PNG, its text in a font that is shipped: the same picture on every machine. */
export function renderPng(svg: string): Buffer {
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: FONT, sansSerifFamily: FONT };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: DENSITY }, font }).render().asPng();
}
