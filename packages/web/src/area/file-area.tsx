import { type ReactNode, useEffect, useEffectEvent, useState } from 'react';

import { announce } from '../parts/announcer.tsx';
import { Notice } from '../parts/notice.tsx';
import { useDispatch } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { squareKilometres } from '../words/numbers.ts';
import { areaKm2, type Polygons } from './polygons.ts';
import { type FileProblem, readShapeFile, type ShapesOfFile } from './read-shape-file.ts';
import { readGeoJson, type Shape, swapCoordinates } from './read-geojson.ts';

/** An outline from a file or from pasted text. */
export function FileArea({
  polygons,
  dropped,
}: {
  readonly polygons: Polygons;
  /** A file that was dropped on the page. */
  readonly dropped: File | null;
}): ReactNode {
  const dispatch = useDispatch();
  const [read, setRead] = useState<(ShapesOfFile & { file: File | null; text: string | null }) | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const [pasted, setPasted] = useState('');
  const use = (shapes: readonly Shape[]): void => {
    const polygons = shapes.flatMap((shape) => shape.polygons);
    dispatch({ type: 'area', area: { mode: 'file', polygons } });
    announce(words.area.drawn(squareKilometres(areaKm2(polygons))));
  };
  const take = (found: ShapesOfFile, from: { file: File | null; text: string | null }): void => {
    setRead({ ...found, ...from });
    if (found.shapes.length === 1) use(found.shapes);
  };
  const open = async (file: File, crs: string | null = null): Promise<void> => {
    setReading(file.name);
    const found = await readShapeFile(file, crs);
    setReading(null);
    take(found, { file, text: found.text });
  };
  const takeText = (text: string): void =>
    take({ detail: '', ...readGeoJson(text), text }, { file: null, text });
  const openDropped = useEffectEvent((file: File) => void open(file));
  useEffect(() => {
    if (dropped !== null) openDropped(dropped);
  }, [dropped]);
  return (
    <div className="file-area">
      <label className="drop">
        <span className="button" aria-hidden="true">
          {words.area.choose}
        </span>
        <span className="visually-hidden">{words.area.choose}</span>
        <input
          type="file"
          accept=".geojson,.json,.zip,.gpkg,.kml,.kmz"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file !== undefined) void open(file);
            event.target.value = '';
          }}
        />
        <span className="muted small">{words.area.drop}</span>
      </label>
      {reading !== null && <p role="status">{words.area.reading(reading)}</p>}
      {read?.problem != null && (
        <Problem
          problem={read.problem}
          detail={read.detail}
          onSwap={read.text === null ? null : () => takeText(swapCoordinates(read.text ?? ''))}
          onCrs={read.file === null ? null : (crs) => void open(read.file!, crs)}
        />
      )}
      {read !== null && read.shapes.length > 1 && <SeveralShapes shapes={read.shapes} use={use} />}
      <details className="paste" open={polygons.length === 0 && pasted !== ''}>
        <summary>{words.area.paste}</summary>
        <textarea
          rows={5}
          aria-label={words.area.paste}
          spellCheck={false}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
        <button type="button" className="button button-small" onClick={() => takeText(pasted)}>
          {words.area.usePasted}
        </button>
      </details>
    </div>
  );
}

function Problem(props: {
  readonly problem: FileProblem;
  readonly detail: string;
  readonly onSwap: (() => void) | null;
  readonly onCrs: ((crs: string) => void) | null;
}): ReactNode {
  const [code, setCode] = useState('');
  const { problem, detail, onSwap, onCrs } = props;
  const text = problem === 'refused' ? detail : words.area.fileProblems[problem](detail);
  return (
    <Notice tone="bad" isAlert>
      {text}{' '}
      {problem === 'swapped' && onSwap !== null && (
        <button type="button" className="button button-small" onClick={onSwap}>
          {words.area.swap}
        </button>
      )}
      {problem === 'unknown-crs' && onCrs !== null && (
        <form
          className="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            const number = /\d{1,7}/.exec(code)?.[0];
            if (number !== undefined) onCrs(`EPSG:${number}`);
          }}
        >
          <input
            aria-label={words.crs.label}
            value={code}
            placeholder="EPSG:2193"
            onChange={(event) => setCode(event.target.value)}
          />
          <button type="submit" className="button button-small">
            {words.retry}
          </button>
        </form>
      )}
    </Notice>
  );
}

function SeveralShapes({
  shapes,
  use,
}: {
  readonly shapes: readonly Shape[];
  readonly use: (shapes: readonly Shape[]) => void;
}): ReactNode {
  return (
    <div className="field">
      <label htmlFor="shape">{words.area.several(shapes.length)}</label>
      <select
        id="shape"
        defaultValue=""
        onChange={(event) =>
          use(event.target.value === 'all' ? shapes : shapes.slice(Number(event.target.value)).slice(0, 1))
        }
      >
        <option value="" disabled>
          –
        </option>
        <option value="all">{words.area.useAll}</option>
        {shapes.slice(0, 500).map((shape, at) => (
          <option key={at} value={at}>
            {shape.name}
          </option>
        ))}
      </select>
    </div>
  );
}
