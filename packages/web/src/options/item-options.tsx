import type { Layer } from '@outcrop/client';
import type { Kind } from '@outcrop/contract';
import type { ReactNode } from 'react';

import type { ItemKey } from '../request/draft.ts';
import { type ItemChoices, offeredOptions, type OptionName } from '../request/item-choices.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { PixelSize } from './pixel-size.tsx';
import { TileChoice } from './tile-choice.tsx';

/** What an option's field needs. */
export interface OptionProps {
  readonly item: ItemKey;
  readonly layer: Layer;
  readonly choices: ItemChoices;
  readonly choose: (choices: ItemChoices) => void;
}

const firstColor = '#b3261e';

/** The options of an item that mean something for its kind and in its format; nothing where there are none. */
export function ItemOptions(props: { readonly item: ItemKey; readonly layer: Layer | undefined }): ReactNode {
  const { item, layer } = props;
  const { draft, proposals, dispatch } = useNewExport();
  if (layer === undefined) return null;
  const offered = offeredOptions(layer, proposals.formats[layer.kind as Kind] ?? '');
  if (offered.length === 0) return null;
  const choices = draft.choices[item] ?? {};
  const choose = (changed: ItemChoices): void => dispatch({ type: 'choices', item, choices: changed });
  const option = { item, layer, choices, choose };
  const fields: Readonly<Record<OptionName, ReactNode>> = {
    color: <Color {...option} />,
    includeGeometryField: (
      <Check
        label={words.options.geometry}
        isChecked={choices.includeGeometryField ?? true}
        onCheck={(isOn) => choose({ includeGeometryField: isOn ? undefined : false })}
      />
    ),
    tiles: <TileChoice {...option} />,
    rasterResolutionMultiplier: <PixelSize {...option} />,
    includeRasterTab: (
      <Check
        label={words.options.tab}
        isChecked={choices.includeRasterTab ?? false}
        onCheck={(isOn) => choose({ includeRasterTab: isOn || undefined })}
      />
    ),
    scaleToBytes: (
      <Check
        label={words.options.bytes}
        isChecked={choices.scaleToBytes ?? false}
        onCheck={(isOn) => choose({ scaleToBytes: isOn || undefined })}
      />
    ),
  };
  return (
    <details className="fields">
      <summary aria-label={`${words.options.heading}: ${layer.title}`}>{words.options.heading}</summary>
      <div className="options-list">
        {offered.map((name) => (
          <div key={name}>{fields[name]}</div>
        ))}
      </div>
    </details>
  );
}

function Check(props: {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onCheck: (isOn: boolean) => void;
}): ReactNode {
  const { label, isChecked, onCheck } = props;
  return (
    <label className="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onCheck(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** A colour only where one is wanted: a colour field alone cannot be empty. */
function Color({ layer, choices, choose }: OptionProps): ReactNode {
  const { color } = choices;
  return (
    <div className="option-line">
      <Check
        label={words.options.ownColor}
        isChecked={color !== undefined}
        onCheck={(isOn) => choose({ color: isOn ? firstColor : undefined })}
      />
      {color !== undefined && (
        <input
          type="color"
          aria-label={words.options.color(layer.title)}
          value={color.toLowerCase()}
          onChange={(event) => choose({ color: event.target.value })}
        />
      )}
    </div>
  );
}
