import type { Table } from '@fdr/figures';
import { readStepBlocks, type RunReader } from '@fdr/run-store';
import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';

/** A table as Parquet: columns of text, and columns of doubles in which an empty cell is null. */
export function parquet({ columns, rows }: Table): Buffer {
  return written(
    columns.map((name, index) => {
      const cells = rows.map((row) => row[index] ?? '');
      const isText = cells.some((cell) => typeof cell === 'string' && cell !== '');
      return isText
        ? { name, data: cells.map(String), type: 'STRING' as const, nullable: false }
        : { name, data: cells.map((cell) => (cell === '' ? null : cell)), type: 'DOUBLE' as const, nullable: true };
    }),
  );
}

/** The recorded steps as Parquet: the number of the step, from 1, and each recorded column. @throws {RunFolderError} if the file can't be read */
export async function stepParquet(reader: RunReader): Promise<Buffer> {
  const { stepColumns } = reader.run;
  const count = reader.stepCount();
  const columns = stepColumns.map((name) => ({ name, data: new Float32Array(count) }));
  for await (const { from, rows } of readStepBlocks(reader))
    for (const [index, { data }] of columns.entries())
      for (let row = 0; row * columns.length < rows.length; row += 1)
        data[from + row] = rows[row * columns.length + index] ?? NaN;
  return written([
    { name: 'step', data: Int32Array.from({ length: count }, (_, step) => step + 1), type: 'INT32', nullable: false },
    ...columns.map((column) => ({ ...column, type: 'FLOAT' as const, nullable: false })),
  ]);
}

const written = (columnData: ColumnSource[]): Buffer => Buffer.from(parquetWriteBuffer({ columnData }));
