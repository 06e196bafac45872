import type { Block, Document } from './document.js';

/** The document as Markdown. */
export function markdown({ title, blocks }: Document): string {
  return `${[`# ${inline(title)}`, ...blocks.map(block)].join('\n\n')}\n`;
}

function block(part: Block): string {
  switch (part.type) {
    case 'heading':
      return `## ${inline(part.text)}`;
    case 'paragraph':
      return inline(part.text);
    case 'picture':
      return `![${inline(part.description)}](${part.file})`;
    case 'table':
      return rows([part.table.columns, part.table.columns.map(() => '---'), ...part.table.rows]);
    case 'code':
      return `\`\`\`sh\n${part.text}\n\`\`\``;
    case 'links':
      return part.files.map(({ file, text }) => `- [${file}](${file}): ${inline(text)}`).join('\n');
  }
}

function rows(cells: readonly (readonly (string | number)[])[]): string {
  return cells.map((row) => `| ${row.map((cell) => inline(String(cell))).join(' | ')} |`).join('\n');
}

/** Text that Markdown shows as it is: nothing in it becomes markup or ends a table's cell. */
function inline(text: string): string {
  return text === '---' ? text : text.replaceAll(/[\\|*_`<[\]]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, ' ');
}
