/** The numbers behind a figure, for those who read rather than look. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (number | string)[])[];
}

function cell(value: number | string): string {
  if (typeof value === 'number') return String(value);
  // A spreadsheet would run text that begins like this as a formula.
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** The table as CSV (RFC 4180): numbers in full precision, text that can't run as a formula. */
export function csv({ columns, rows }: Table): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
