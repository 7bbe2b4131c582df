import type { ItemReport } from '@outcrop/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { exportReport } from '../api/extensions.ts';
import { words } from '../words/en.ts';

/** The report of an archive in words: what was written, left out, cut, converted and lost, layer by layer. */
export function ExportReport({ exportId }: { readonly exportId: number }): ReactNode {
  const { data: report } = useQuery({
    queryKey: ['report', exportId],
    queryFn: () => exportReport(exportId),
    staleTime: Infinity,
  });
  if (report === undefined) return null;
  return (
    <section className="report" aria-labelledby="report-title">
      <h2 id="report-title">{words.export.report}</h2>
      {report.items.map((item) => (
        <div key={item.item} className="report-item">
          <h3>
            <bdi>{item.title}</bdi>
          </h3>
          <p>{countsOf(item).join(' · ')}</p>
          <Operation item={item} />
          <Losses item={item} />
          <p className="muted small">{item.files.join(', ')}</p>
        </div>
      ))}
    </section>
  );
}

function countsOf({ counts, raster, files }: ItemReport): string[] {
  if (raster !== undefined) return [words.export.rasterFiles(files.length)];
  const { excluded_by: by } = counts;
  const parts: readonly (readonly [number, (total: number) => string])[] = [
    [counts.clipped, words.export.clipped],
    [by.outside_region, words.export.outside],
    [by.crumb, words.export.crumbs],
    [by.not_projectable, words.export.notProjectable],
    [counts.repaired, words.export.repaired],
    [counts.cut_at_antimeridian, words.export.seam],
  ];
  return [
    words.export.written(counts.written, counts.read),
    ...parts.flatMap(([total, say]) => (total === 0 ? [] : [say(total)])),
  ];
}

function Operation({ item }: { readonly item: ItemReport }): ReactNode {
  const operation = item.coordinate_operation;
  if (operation === null || operation.method === 'none') return null;
  return (
    <p className="small">
      {words.export.converted(operation.from, operation.to)} <span className="muted">{operation.detail}</span>
    </p>
  );
}

function Losses({ item }: { readonly item: ItemReport }): ReactNode {
  if (item.losses.length === 0) return <p className="small">{words.export.nothingLost}</p>;
  return (
    <ul className="losses small">
      {item.losses.map(({ code, field, detail }) => (
        <li key={`${code} ${field ?? ''}`}>{detail}</li>
      ))}
    </ul>
  );
}
