import type { Layer } from '@outcrop/client';
import { memo, type ReactNode, useEffect, useRef, useState } from 'react';

import type { ItemKey } from '../request/draft.ts';
import { useDispatch } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { dateTime } from '../words/numbers.ts';
import { mapPreviews } from './map-previews.ts';
import type { Sight } from './sight.ts';
import { Thumbnail } from './thumbnail.tsx';
import { type CatalogueEntry, isInFull } from './use-catalogue.ts';
import { WholeSize } from './whole-size.tsx';

interface RowProps {
  readonly entry: CatalogueEntry;
  readonly isChosen: boolean;
  readonly isShown: boolean;
  /** Tells when the row comes into sight. */
  readonly sight: Sight;
}

/** One layer or table; its picture comes once the row is in sight. */
export const CatalogueRow: React.MemoExoticComponent<(props: RowProps) => ReactNode> = memo(
  function CatalogueRow({ entry, isChosen, isShown, sight }: RowProps): ReactNode {
    const dispatch = useDispatch();
    const row = useRef<HTMLLIElement>(null);
    const [isSeen, setSeen] = useState(false);
    useEffect(() => sight.wait(row.current!, () => setSeen(true)), [sight]);
    const [isOpen, setOpen] = useState(false);
    const layer = isInFull(entry) ? entry : undefined;
    const problem = layer === undefined ? null : problemOf(layer);
    const id = `item-${entry.key}`;
    return (
      <li ref={row} className={isChosen ? 'row row-chosen' : 'row'}>
        <input
          type="checkbox"
          id={id}
          checked={isChosen}
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-facts`}
          onChange={(event) => dispatch({ type: event.target.checked ? 'add' : 'remove', item: entry.key })}
        />
        <label htmlFor={id} className="row-label">
          <Thumbnail entry={entry} isSeen={isSeen} />
          <span className="row-text">
            <bdi className="row-title" id={`${id}-title`}>
              {entry.title}
            </bdi>
            <span className="row-facts" id={`${id}-facts`}>
              {factsOf(entry, layer)}
            </span>
          </span>
        </label>
        <div className="row-actions">
          {entry.kind !== 'table' && (
            <button
              type="button"
              className="button button-quiet button-small"
              aria-pressed={isShown}
              aria-label={`${isShown ? words.data.hide : words.data.show}: ${entry.title}`}
              onClick={() => mapPreviews.toggle(entry.key)}
            >
              {isShown ? words.data.hide : words.data.show}
            </button>
          )}
          <button
            type="button"
            className="button button-quiet button-small"
            aria-expanded={isOpen}
            aria-label={`${words.data.details}: ${entry.title}`}
            onClick={() => setOpen(!isOpen)}
          >
            {words.data.details}
          </button>
        </div>
        {problem !== null && <p className="row-problem">{problem}</p>}
        {isOpen && layer !== undefined && <RowDetails item={entry.key} layer={layer} />}
      </li>
    );
  },
);

function RowDetails({ item, layer }: { readonly item: ItemKey; readonly layer: Layer }): ReactNode {
  const { license, description, data, publishedAt } = layer;
  const url = license?.urlHtml ?? license?.url ?? null;
  return (
    <div className="row-details">
      <p dir="auto">{description === '' ? words.data.noDescription : description}</p>
      {license !== null && (
        <p>
          {url !== null && /^https?:/.test(url) ? (
            <a href={url} target="_blank" rel="noreferrer">
              {license.title}
            </a>
          ) : (
            license.title
          )}
        </p>
      )}
      <WholeSize item={item} layer={layer} />
      {publishedAt !== null && (
        <p className="small muted">{words.data.published(dateTime(new Date(publishedAt)))}</p>
      )}
      {data.fields.length > 0 && (
        <p className="small muted">
          {words.data.fields}: {data.fields.map(({ name }) => name).join(', ')}
        </p>
      )}
    </div>
  );
}

/** Kind, count, CRS and licence in one line. */
function factsOf(entry: CatalogueEntry, layer: Layer | undefined): string {
  const kinds: Readonly<Record<string, string>> = words.data.kinds;
  const total = layer?.data.featureCount ?? null;
  const counted = entry.kind === 'table' ? words.data.rows : words.data.features;
  return [
    kinds[entry.kind] ?? entry.kind,
    ...(total === null ? [] : [counted(total)]),
    ...(layer?.data.crs ? [layer.data.crs] : []),
    ...(layer === undefined ? [] : [layer.license?.title ?? words.data.noLicence]),
  ].join(' · ');
}

function problemOf(layer: Layer): string | null {
  if (layer.unavailable !== null) return words.data.unavailable(layer.unavailable);
  if (layer.userPermissions.length > 0 && !layer.userPermissions.includes('download'))
    return words.data.cannotExport;
  return layer.data.exportFormats.length === 0 ? words.data.noFormats : null;
}
