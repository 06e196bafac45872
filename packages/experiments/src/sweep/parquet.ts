import type { Table } from '@fdr/figures';
import { parquetWriteBuffer } from 'hyparquet-writer';

/** A table as Parquet: columns of text, and columns of doubles in which an empty cell is null. */
export function parquet({ columns, rows }: Table): Buffer {
  const columnData = columns.map((name, index) => {
    const cells = rows.map((row) => row[index] ?? '');
    const isText = cells.some((cell) => typeof cell === 'string' && cell !== '');
    return isText
      ? { name, data: cells.map(String), type: 'STRING' as const, nullable: false }
      : { name, data: cells.map((cell) => (cell === '' ? null : cell)), type: 'DOUBLE' as const, nullable: true };
  });
  return Buffer.from(parquetWriteBuffer({ columnData }));
}
