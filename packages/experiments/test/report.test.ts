import { describe, expect, it } from 'vitest';
import type { Document } from '../src/report/document.js';
import { html } from '../src/report/html.js';
import { markdown } from '../src/report/markdown.js';

const document: Document = {
  title: 'O_L & <O_R>',
  blocks: [
    { type: 'paragraph', text: 'a | b * c' },
    { type: 'table', table: { columns: ['claim', 'ratio'], rows: [['1 < 2 | 3', 1.5]] } },
    { type: 'code', text: 'fdr reproduce fig1' },
    { type: 'image', file: 'fig1a.svg', description: 'an "image"' },
    { type: 'links', files: [{ file: 'fig1a.csv', text: 'points' }] },
  ],
};

describe('a report', () => {
  it('is Markdown in which text stays text', () => {
    expect(markdown(document)).toBe(
      [
        '# O\\_L & \\<O\\_R>',
        'a \\| b \\* c',
        '| claim | ratio |\n| --- | --- |\n| 1 \\< 2 \\| 3 | 1.5 |',
        '```sh\nfdr reproduce fig1\n```',
        '![an "image"](fig1a.svg)',
        '- [fig1a.csv](fig1a.csv): points\n',
      ].join('\n\n'),
    );
  });

  it('is HTML in which text stays text', () => {
    const page = html(document);
    expect(page).toContain('<h1>O_L &amp; &lt;O_R&gt;</h1>');
    expect(page).toContain('<tr><td>1 &lt; 2 | 3</td><td>1.5</td></tr>');
    expect(page).toContain('<img src="fig1a.svg" alt="an &quot;image&quot;">');
  });
});
