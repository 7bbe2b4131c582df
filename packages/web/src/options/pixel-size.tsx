import { type ReactNode, useId, useState } from 'react';

import { readMultiplier } from '../request/encoded-choices.ts';
import { words } from '../words/en.ts';
import type { OptionProps } from './item-options.tsx';

/** The size of pixels as a multiple of the source's. */
export function PixelSize({ layer, choices, choose }: OptionProps): ReactNode {
  const id = useId();
  const value = choices.rasterResolutionMultiplier;
  const [typed, setTyped] = useState('');
  // What was typed stays as it is while it means what is chosen: "2." is not made "2" under the hand.
  const text = readMultiplier(typed) === value ? typed : String(value ?? '');
  const isBad = text.trim() !== '' && readMultiplier(text) === undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{words.options.size}</label>
      <input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        placeholder="1"
        value={text}
        aria-invalid={isBad}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          setTyped(event.target.value);
          choose({ rasterResolutionMultiplier: readMultiplier(event.target.value) });
        }}
      />
      <p className={isBad ? 'bad small' : 'muted small'} id={`${id}-hint`}>
        {isBad ? words.options.badSize : words.options.sizeHint(layer.data.rasterResolution, value ?? 1)}
      </p>
    </div>
  );
}
