/**
 * A row of CSV (RFC 4180), without its end. A cell that a spreadsheet would take for a formula gets an apostrophe first:
 * names of keys and addresses come from outside.
 */
export function formatCsvRow(cells: readonly string[]): string {
  return cells.map(formatCell).join(',');
}

function formatCell(text: string): string {
  const isFormula =
    /^[=+@\t\r]/.test(text) || (text.startsWith('-') && Number.isNaN(Number(text.split(' ')[0])));
  const safe = isFormula ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
