import { readStepBlocks, type RunReader } from '@fdr/run-store';

/**
 * The recorded steps as CSV, a block of rows at a time: the number of the step, from 1, and each recorded column.
 *
 * @throws {RunFolderError} if the file can't be read
 */
export async function* stepCsv(reader: RunReader): AsyncGenerator<Uint8Array, void, undefined> {
  const { stepColumns } = reader.run;
  yield Buffer.from(`step,${stepColumns.join(',')}\r\n`);
  for await (const { from, rows } of readStepBlocks(reader)) {
    let text = '';
    for (let row = 0; row * stepColumns.length < rows.length; row += 1) {
      text += String(from + row + 1);
      for (let column = 0; column < stepColumns.length; column += 1)
        text += `,${shortest(rows[row * stepColumns.length + column] ?? NaN)}`;
      text += '\r\n';
    }
    yield Buffer.from(text);
  }
}

/** Fewest and most digits that a 32-bit float may need to be read back as it is. */
const DIGITS = { fewest: 6, most: 9 };

/** The shortest decimal number that is read back as the same 32-bit float. */
function shortest(value: number): string {
  for (let digits = DIGITS.fewest; digits < DIGITS.most; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(DIGITS.most)));
}
