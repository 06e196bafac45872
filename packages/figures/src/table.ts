/** The numbers of a figure, row by row. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
}

function formatCell(value: number | string): string {
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run text that begins like this as a formula.
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** The table as CSV (RFC 4180): numbers in full precision, and text that a spreadsheet cannot run as a formula. */
export function csv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}
