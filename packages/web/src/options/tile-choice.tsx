import { type ReactNode, useDeferredValue, useId, useState } from 'react';

import { words } from '../words/en.ts';
import type { OptionProps } from './item-options.tsx';

/** So many are listed at once; of more, the name finds them. */
const mostListed = 100;

/** Which tiles of a layer to take: all where none is ticked. */
export function TileChoice({ layer, choices, choose }: OptionProps): ReactNode {
  const id = useId();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text).trim().toLowerCase();
  const chosen = choices.tiles ?? [];
  // A tile that an address names and the layer has not is shown too: the site says what is wrong with it.
  const all = [...new Set([...layer.data.tiles, ...chosen])];
  const found = all.filter((tile) => tile.toLowerCase().includes(wanted));
  const listed = found.slice(0, mostListed);
  const toggle = (tile: string, isOn: boolean): void => {
    const next = all.filter((one) => (one === tile ? isOn : chosen.includes(one)));
    choose({ tiles: next.length === 0 ? undefined : next });
  };
  return (
    <fieldset className="tiles">
      <legend>{words.options.tiles(chosen.length, all.length)}</legend>
      <p className="muted small">{words.options.tilesHint}</p>
      {all.length > 10 && (
        <input
          id={`${id}-find`}
          type="search"
          aria-label={words.options.findTile(layer.title)}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className="fields-list" tabIndex={-1}>
        {listed.map((tile) => (
          <label key={tile} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(tile)}
              onChange={(event) => toggle(tile, event.target.checked)}
            />
            <bdi>{tile}</bdi>
          </label>
        ))}
      </div>
      {found.length > listed.length && (
        <p className="muted small">{words.options.moreTiles(found.length - listed.length)}</p>
      )}
      {chosen.length > 0 && (
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={() => choose({ tiles: undefined })}
        >
          {words.options.allTiles}
        </button>
      )}
    </fieldset>
  );
}
