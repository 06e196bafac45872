import type { Block, Document } from './document.js';

/** Writes a document as Markdown. */
export function markdown({ title, blocks }: Document): string {
  return `${[`# ${inline(title)}`, ...blocks.map(markdownBlock)].join('\n\n')}\n`;
}

function markdownBlock(block: Block): string {
  switch (block.type) {
    case 'heading':
      return `## ${inline(block.text)}`;
    case 'paragraph':
      return inline(block.text);
    case 'image':
      return `![${inline(block.description)}](${block.file})`;
    case 'table':
      return tableRows([block.table.columns, block.table.columns.map(() => '---'), ...block.table.rows]);
    case 'code':
      return `\`\`\`sh\n${block.text}\n\`\`\``;
    case 'links':
      return block.files.map(({ file, text }) => `- [${file}](${file}): ${inline(text)}`).join('\n');
    default:
      return block satisfies never;
  }
}

function tableRows(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `| ${row.map((cell) => inline(String(cell))).join(' | ')} |`).join('\n');
}

/** Plain text as Markdown: nothing in it becomes markup or ends a table's cell. */
function inline(text: string): string {
  return text.replaceAll(/[\\|*_`<[\]]/g, (character) => `\\${character}`).replaceAll(/\s+/g, ' ');
}
