import { type CropMode, cropModes } from '@outcrop/contract';
import { type ReactNode, useState } from 'react';

import { type Area, type AreaMode, hasArea } from '../request/draft.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { AreaSummary } from './area-summary.tsx';
import { BoxFields } from './box-fields.tsx';
import { DrawArea } from './draw-area.tsx';
import { FileArea } from './file-area.tsx';
import { useFileDrop } from './use-file-drop.ts';
import { NamedArea } from './named-area.tsx';

const modes: readonly AreaMode[] = ['all', 'named', 'draw', 'box', 'file'];

/** Step 2: the area. Every way to set it has a form of its own; the map mirrors all of them. */
export function AreaStep(): ReactNode {
  const { draft, dispatch } = useNewExport();
  const { area } = draft;
  const [dropped, setDropped] = useState<File | null>(null);
  const isOver = useFileDrop((file) => {
    setDropped(file);
    if (area.mode !== 'file') dispatch({ type: 'area', area: switchMode(area, 'file') });
  });
  return (
    <>
      {isOver && <div className="drop-overlay">{words.area.dropNow}</div>}
      <fieldset className="modes">
        <legend className="visually-hidden">{words.area.heading}</legend>
        {modes.map((mode) => (
          <label key={mode} className="chip">
            <input
              type="radio"
              name="area-mode"
              checked={area.mode === mode}
              onChange={() => dispatch({ type: 'area', area: switchMode(area, mode) })}
            />
            <span>{words.area.modes[mode]}</span>
          </label>
        ))}
      </fieldset>
      {area.mode === 'all' && <p className="muted">{words.area.allHint}</p>}
      {area.mode === 'named' && <NamedArea area={area} />}
      {area.mode === 'draw' && <DrawArea polygons={area.polygons} />}
      {area.mode === 'box' && <BoxFields polygons={area.polygons} />}
      {area.mode === 'file' && <FileArea polygons={area.polygons} dropped={dropped} />}
      {hasArea(area) && area.mode !== 'all' && (
        <>
          <AreaSummary />
          <CropModeChoice />
        </>
      )}
    </>
  );
}

/** A shape that was drawn can be gone on with as coordinates, and the other way round. */
function switchMode(area: Area, mode: AreaMode): Area {
  if (mode === 'all') return { mode };
  if (mode === 'named') return { mode, layerId: null, featureIds: [] };
  return { mode, polygons: 'polygons' in area ? area.polygons : [] };
}

function CropModeChoice(): ReactNode {
  const { draft, dispatch } = useNewExport();
  return (
    <div className="field">
      <label htmlFor="crop-mode">{words.area.cropMode}</label>
      <select
        id="crop-mode"
        value={draft.cropMode}
        onChange={(event) => dispatch({ type: 'cropMode', cropMode: event.target.value as CropMode })}
      >
        {cropModes.map((mode) => (
          <option key={mode} value={mode}>
            {words.area.cropModes[mode]}
          </option>
        ))}
      </select>
    </div>
  );
}
