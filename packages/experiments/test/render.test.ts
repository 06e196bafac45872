import { panelsSize, type Panel } from '@fdr/figures';
import { expect, it } from 'vitest';
import { renderPng, renderSvg } from '../src/render.js';

const curve = [1, 10, 100].map((x) => ({ x, low: x, high: x, broken: false }));
const panel: Panel = {
  title: 'A panel <of> η & θ',
  x: 'log',
  y: 'linear',
  range: { from: 1, to: 100 },
  chart: {
    name: 'height',
    traces: [{ name: 'a line', curve, color: '#0b62a8' }],
    marks: [{ name: 'a mark', color: '#c2410c', symbol: 'circle', points: [{ x: 10, y: 50 }] }],
  },
};

it('draws panels as SVG, and that as PNG of twice the size', () => {
  const { width, height } = panelsSize([panel, panel]);
  const svg = renderSvg([panel, panel]);
  expect(svg).toMatch(new RegExp(`^<svg width="${width}" height="${height}"`));
  expect(svg.match(/A panel &lt;of&gt; η &amp; θ/g)).toHaveLength(2);
  expect(svg).not.toMatch(/NaN|undefined/);
  const png = renderPng(svg);
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]));
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * width, 2 * height]);
});

it('paints a panel whose curve lies outside of it', () => {
  const outside: Panel = { ...panel, chart: { ...panel.chart, yRange: { from: 1e4, to: 2e4 } } };
  expect(renderPng(renderSvg([outside])).readUInt32BE(16)).toBe(2 * panelsSize([outside]).width);
});

it('writes the text of a PNG in a font that is shipped', () => {
  const blank = renderPng('<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"></svg>');
  const text = (family: string) =>
    renderPng(
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="30" font-size="24" font-family="${family}">η θ ∇ ½</text></svg>`,
    );
  expect(text('No Such Font').equals(blank)).toBe(false);
  expect(text('No Such Font').equals(text('DejaVu Sans'))).toBe(true);
});
