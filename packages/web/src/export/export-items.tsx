import type { Export } from '@outcrop/client';
import { findFormat, formatLabel, type Kind } from '@outcrop/contract';
import type { ReactNode } from 'react';

import { useLayers } from '../queries.ts';
import { itemKeyOf } from '../request/to-export.ts';
import { words } from '../words/en.ts';

/** The layers and tables of an export, each with its format. */
export function ExportItems({ made }: { readonly made: Export }): ReactNode {
  const keys = made.items.flatMap(({ item }) => itemKeyOf(item) ?? []);
  const { layers } = useLayers(keys);
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.export.item}</th>
          <th scope="col">{words.export.format}</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key, at) => {
          const layer = layers[at];
          const kind = layer?.kind as Kind | undefined;
          const mimetype = kind === undefined ? '' : (made.formats[kind] ?? '');
          const format = findFormat(mimetype);
          return (
            <tr key={key}>
              <td>
                <bdi>{layer?.title ?? key}</bdi>
              </td>
              <td>{format === undefined || kind === undefined ? mimetype : formatLabel(format, kind)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
