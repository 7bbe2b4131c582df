import type { ImportedIntoSite } from '../server-port.ts';
import type { Terminal } from './terminal.ts';

/** Prints what came in, where it is and what changed, and notes what did not. */
export function describeImport(terminal: Terminal, { imported, skipped }: ImportedIntoSite): void {
  for (const { source, layer, file, table, featureCount, crs, crsFrom, changes } of imported) {
    const place = crs === null ? 'a table' : `${crs}, ${crsFrom}`;
    const count = featureCount.toLocaleString('en');
    terminal.print(`${source}, ${layer}: ${count} in ${file}, table ${table}; ${place}`);
    for (const { detail, count: times } of changes) {
      terminal.print(`  ${detail}${times > 1 ? ` (${times.toLocaleString('en')} times)` : ''}`);
    }
  }
  for (const { source, layer, reason } of skipped) {
    terminal.note(`left out: ${source}${layer === null ? '' : `, ${layer}`}: ${reason}`);
  }
}
