import type { Layer } from '@outcrop/client';
import type { ReactNode } from 'react';

import { announce } from '../parts/announcer.tsx';
import { useChanges } from '../parts/use-changes.ts';
import type { ItemKey } from '../request/draft.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { ItemOptions } from '../options/item-options.tsx';
import { words } from '../words/en.ts';

/** What is in the export, with what can be said of each item. */
export function PickedItems(): ReactNode {
  const { draft, layers, titleOf, dispatch } = useNewExport();
  // By whichever of the ways.
  useChanges(draft.items, (added, removed) => {
    for (const item of added) announce(words.data.added(titleOf(item), draft.items.length));
    for (const item of removed) announce(words.data.removed(titleOf(item), draft.items.length));
  });
  if (draft.items.length === 0) return null;
  return (
    <div className="picked">
      <h3>{words.data.chosen(draft.items.length)}</h3>
      <ul>
        {draft.items.map((key, at) => (
          <li key={key}>
            <div className="picked-line">
              <bdi className="picked-title">{titleOf(key)}</bdi>
              <button
                type="button"
                className="button button-quiet button-small"
                aria-label={words.remove(titleOf(key))}
                onClick={() => dispatch({ type: 'remove', item: key })}
              >
                <span aria-hidden="true">×</span>
              </button>
            </div>
            <FieldChoice item={key} layer={layers[at]} />
            <ItemOptions item={key} layer={layers[at]} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Which fields of an item to keep. */
function FieldChoice({
  item,
  layer,
}: {
  readonly item: ItemKey;
  readonly layer: Layer | undefined;
}): ReactNode {
  const { draft, dispatch } = useNewExport();
  const all = (layer?.data.fields ?? []).map(({ name }) => name);
  if (all.length < 2) return null;
  const kept = draft.fields[item] ?? all;
  const set = (fields: readonly string[]): void =>
    dispatch({ type: 'fields', item, fields: fields.length === all.length ? null : fields });
  return (
    <details className="fields">
      <summary>
        {words.data.fields} ({kept.length}/{all.length})
      </summary>
      <div className="fields-list">
        {all.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={kept.includes(name)}
              disabled={kept.length === 1 && kept.includes(name)}
              onChange={(event) =>
                set(all.filter((one) => (one === name ? event.target.checked : kept.includes(one))))
              }
            />
            <bdi>{name}</bdi>
          </label>
        ))}
        {kept.length < all.length && (
          <button type="button" className="button button-quiet button-small" onClick={() => set(all)}>
            {words.data.allFields}
          </button>
        )}
      </div>
    </details>
  );
}
