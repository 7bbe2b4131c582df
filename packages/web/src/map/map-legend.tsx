import type { ReactNode } from 'react';

import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { count } from '../words/numbers.ts';
import type { ShownLayer } from './use-previews.ts';

/** What the map shows of each layer: how much of it, and what the area does to it. */
export function MapLegend({ shown }: { readonly shown: readonly ShownLayer[] }): ReactNode {
  if (shown.length === 0) return null;
  return (
    <ul className="map-legend map-note" aria-label={words.map.legend}>
      {shown.map(({ key, title, preview }) => (
        <li key={key}>
          <span>
            <bdi className="legend-title">{title}</bdi>
            {preview !== null && <LegendCounts preview={preview} />}
          </span>
        </li>
      ))}
    </ul>
  );
}

function LegendCounts({ preview }: { readonly preview: NonNullable<ShownLayer['preview']> }): ReactNode {
  const { counts, features, total } = preview;
  const { cropMode } = useNewExport().draft;
  const about = (value: number): string =>
    counts?.isExact === false ? words.map.about(count(value)) : count(value);
  return (
    <>
      {counts !== null && (
        <span className="legend-counts">
          {(['inside', 'cut', 'outside'] as const).map((place) => (
            <span key={place} className="legend-count">
              <span className={`swatch swatch-${place}`} aria-hidden="true" />
              {words.map.places[place === 'cut' ? cropMode : place](about(counts[place]))}
            </span>
          ))}
        </span>
      )}
      {features.length < total && (
        <span className="muted legend-counts">{words.map.sample(features.length, total)}</span>
      )}
    </>
  );
}
