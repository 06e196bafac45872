import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { LineChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { panelsOption, panelsSize, type Panel } from '@fdr/figures';

echarts.use([SVGRenderer, LineChart, ScatterChart, GridComponent]);
echarts.use([LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent]);

/** Pixels of the PNG for each pixel of the SVG: sharp on dense screens and in print. */
const PIXEL_RATIO = 2;
const FONT = 'DejaVu Sans';
/** Mean width of a letter of that font, in units of the font size. */
const LETTER_WIDTH = 0.58;
const { resolve } = createRequire(import.meta.url);
const FONT_FILES = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((name) => resolve(`dejavu-fonts-ttf/ttf/${name}`));

// Without a canvas ECharts guesses the width of text, and guesses it for a narrower font.
echarts.setPlatformAPI({
  measureText: (text, font) => ({
    width: LETTER_WIDTH * Number.parseFloat(/([\d.]+)px/.exec(font ?? '')?.[1] ?? '12') * text.length,
  }),
});

/** Renders panels, one below the other, as an SVG document. */
export function renderSvg(panels: readonly Panel[]): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, ...panelsSize(panels) });
  try {
    chart.setOption(panelsOption(panels));
    return chart.renderToSVGString();
  } finally {
    // A chart that is not disposed of keeps the process alive.
    chart.dispose();
  }
}

/**
 * Renders an SVG document as a PNG of twice its size. Its text is drawn in a font that is shipped, so that the image is the same on
 * every machine.
 */
export function renderPng(svg: string): Buffer {
  const font = { fontFiles: FONT_FILES, loadSystemFonts: false, defaultFontFamily: FONT, sansSerifFamily: FONT };
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: PIXEL_RATIO }, font }).render().asPng();
}
