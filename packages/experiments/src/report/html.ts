import type { Block, Document } from './document.js';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
img { width: 100%; height: auto; background: #fff; border-radius: 6px; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8885; padding: 0.35rem 0.7rem; text-align: left; vertical-align: top; }
pre { background: #8882; padding: 0.8rem; overflow-x: auto; border-radius: 6px; }
`;

/** The document as one HTML page that loads nothing but its pictures. */
export function html({ title, blocks }: Document): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${text(title)}</h1>
${blocks.map(block).join('\n')}
</body>
</html>
`;
}

function block(part: Block): string {
  switch (part.type) {
    case 'heading':
      return `<h2>${text(part.text)}</h2>`;
    case 'paragraph':
      return `<p>${text(part.text)}</p>`;
    case 'picture':
      return `<p><img src="${text(part.file)}" alt="${text(part.description)}"></p>`;
    case 'table': {
      const cells = (row: readonly (string | number)[], name: string) =>
        `<tr>${row.map((cell) => `<${name}>${text(String(cell))}</${name}>`).join('')}</tr>`;
      const body = part.table.rows.map((row) => cells(row, 'td')).join('\n');
      return `<table>\n<thead>${cells(part.table.columns, 'th')}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
    }
    case 'code':
      return `<pre><code>${text(part.text)}</code></pre>`;
    case 'links':
      return `<ul>\n${part.files
        .map(({ file, text: words }) => `<li><a href="${text(file)}">${text(file)}</a>: ${text(words)}</li>`)
        .join('\n')}\n</ul>`;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = (words: string): string => words.replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
