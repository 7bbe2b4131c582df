import { findFormat, type Kind } from '@outcrop/contract';
import type { ReactNode } from 'react';

import { isTiled } from '../request/item-choices.ts';
import { formatChoices, kindsOf } from '../request/proposals.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';

/** Step 3b: a format for each kind of data in the export. */
export function FormatStep(): ReactNode {
  const { layers } = useNewExport();
  return (
    <>
      {kindsOf(layers).map((kind) => (
        <FormatField key={kind} kind={kind} />
      ))}
      {layers.some(isTiled) && <MosaicOption />}
    </>
  );
}

/** Whether tiles become one file: said of the export as a whole. */
function MosaicOption(): ReactNode {
  const { draft, dispatch } = useNewExport();
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={draft.mosaic}
        onChange={(event) => dispatch({ type: 'mosaic', mosaic: event.target.checked })}
      />
      <span>{words.options.mosaic}</span>
    </label>
  );
}

function FormatField({ kind }: { readonly kind: Kind }): ReactNode {
  const { layers, proposals, dispatch } = useNewExport();
  const choices = formatChoices(layers, kind);
  const chosen = proposals.formats[kind] ?? '';
  const format = findFormat(chosen);
  const isKnown = choices.some(({ mimetype }) => mimetype === chosen);
  const facts = [
    ...(format?.maxBytes === undefined ? [] : [words.format.limit(format.maxBytes)]),
    ...(format?.fixedCrs === undefined ? [] : [words.format.fixedCrs]),
  ];
  if (choices.length === 0) {
    return (
      <p className="muted">
        {words.format.label(words.format.kinds[kind])}: {words.format.none}
      </p>
    );
  }
  return (
    <div className="field">
      <label htmlFor={`format-${kind}`}>{words.format.label(words.format.kinds[kind])}</label>
      <select
        id={`format-${kind}`}
        value={chosen}
        onChange={(event) => dispatch({ type: 'format', kind, mimetype: event.target.value })}
      >
        {!isKnown && <option value={chosen}>{format?.label ?? chosen}</option>}
        {choices.map(({ mimetype, label }) => (
          <option key={mimetype} value={mimetype}>
            {label}
          </option>
        ))}
      </select>
      {facts.length > 0 && <p className="muted small">{facts.join(' · ')}</p>}
    </div>
  );
}
