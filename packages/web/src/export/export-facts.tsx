import type { Export } from '@outcrop/client';
import type { ReactNode } from 'react';

import { Notice } from '../parts/notice.tsx';
import { draftOf } from '../request/from-export.ts';
import { words } from '../words/en.ts';
import { dateTime } from '../words/numbers.ts';
import { useCropFeatures } from '../queries.ts';

/** Area, CRS and times of an export, and what the site noted. */
export function ExportFacts({ made }: { readonly made: Export }): ReactNode {
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.export.area, <AreaWords key="area" made={made} />],
    ...(made.crs === null ? [] : [[words.export.crs, made.crs] as const]),
    ...(made.createdAt === null ? [] : [[words.export.made, dateTime(made.createdAt)] as const]),
    ...(made.finishedAt === null ? [] : [[words.export.finished, dateTime(made.finishedAt)] as const]),
  ];
  return (
    <>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {made.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
    </>
  );
}

function AreaWords({ made }: { readonly made: Export }): ReactNode {
  const { area } = draftOf(made);
  const { data: features } = useCropFeatures(area.mode === 'named' ? area.layerId : null);
  if (area.mode === 'all') return words.export.everything;
  const mode = made.options.cropMode;
  const edge = mode === undefined ? '' : ` (${words.area.cropModes[mode].toLowerCase()})`;
  const name =
    area.mode === 'named' ? features?.find(({ id }) => id === area.featureIds[0])?.name : undefined;
  return (
    <>
      <bdi>{name ?? words.export.cropped}</bdi>
      {edge}
    </>
  );
}
