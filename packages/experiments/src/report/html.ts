import type { Block, Document } from './document.js';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
img { width: 100%; height: auto; background: #fff; border-radius: 6px; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8885; padding: 0.35rem 0.7rem; text-align: left; vertical-align: top; }
pre { background: #8882; padding: 0.8rem; overflow-x: auto; border-radius: 6px; }
`;

/** Writes a document as one HTML page that loads nothing but its images. */
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
${blocks.map(htmlBlock).join('\n')}
</body>
</html>
`;
}

function htmlBlock(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `<h2>${text(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${text(block.text)}</p>`;
    case 'image':
      return `<p><img src="${text(block.file)}" alt="${text(block.description)}"></p>`;
    case 'table': {
      const body = block.table.rows.map((row) => htmlRow(row, 'td')).join('\n');
      return `<table>\n<thead>${htmlRow(block.table.columns, 'th')}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
    }
    case 'code':
      return `<pre><code>${text(block.text)}</code></pre>`;
    case 'links':
      return `<ul>\n${block.files
        .map((link) => `<li><a href="${text(link.file)}">${text(link.file)}</a>: ${text(link.text)}</li>`)
        .join('\n')}\n</ul>`;
    default:
      return block satisfies never;
  }
}

const htmlRow = (cells: readonly (string | number)[], tag: 'td' | 'th'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${text(String(cell))}</${tag}>`).join('')}</tr>`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Plain text as HTML: nothing in it becomes markup. */
const text = (plain: string): string => plain.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
