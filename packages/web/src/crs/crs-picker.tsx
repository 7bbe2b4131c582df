import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react';

import { type CrsEntry, defineCrs, listCrs } from '../api/extensions.ts';
import { boundsOf, type Box } from '../area/polygons.ts';
import { Combobox } from '../parts/combobox.tsx';
import { Notice } from '../parts/notice.tsx';
import { useAreaPolygons } from '../area/use-area-polygons.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { holds, indexCrs, matchCrs, suggestCrs } from './match-crs.ts';

const mostChoices = 15;

/** Step 3a: the coordinate reference system, found by name, place or code. */
export function CrsPicker(): ReactNode {
  const { draft, dispatch, layers, proposals } = useNewExport();
  const [isWanted, setWanted] = useState(draft.crs !== null);
  const [text, setText] = useState<string | null>(null);
  const { data: entries } = useQuery({
    queryKey: ['crs-list'],
    queryFn: listCrs,
    enabled: isWanted,
    staleTime: Infinity,
  });
  const index = useMemo(() => indexCrs(entries ?? []), [entries]);
  const typed = useDeferredValue(text ?? '');
  const polygons = useAreaPolygons();
  const box = useMemo(() => boundsOf(polygons), [polygons]);
  const own = useMemo(() => [...new Set(layers.flatMap((layer) => layer?.data.crs ?? []))], [layers]);
  const found = useMemo(() => matchCrs(index, typed), [index, typed]);
  const proposed = useMemo(() => proposalsFor(index.entries, own, box), [index, own, box]);
  const isTyping = typed.trim() !== '';
  const shown = isTyping ? found.slice(0, mostChoices) : proposed;
  const current = entries?.find(([epsg]) => `EPSG:${epsg}` === proposals.crs);
  const { data: definition } = useQuery({
    queryKey: ['crs', proposals.crs],
    queryFn: () => defineCrs(proposals.crs ?? ''),
    enabled: proposals.crs !== null,
    staleTime: Infinity,
  });
  const name = definition === undefined ? (proposals.crs ?? '') : `${proposals.crs} – ${definition.name}`;
  if (draft.items.length > 0 && layers.every((layer) => layer?.kind === 'table')) {
    return <p className="muted">{words.crs.notNeeded}</p>;
  }
  const areaOfUse = definition?.areaOfUse ?? null;
  const isOutside = areaOfUse !== null && box !== null && !holds(areaOfUse, box);
  return (
    <div className="field">
      <Combobox
        id="crs"
        label={words.crs.label}
        placeholder={words.crs.hint}
        text={text ?? name}
        onText={setText}
        onOpen={() => setWanted(true)}
        onLeave={() => setText(null)}
        choices={shown.map((entry) => choiceOf(entry, own, isTyping))}
        status={statusOf(isTyping, found.length, entries !== undefined)}
        onChoose={(id) => {
          dispatch({ type: 'crs', crs: `EPSG:${id}` });
          setText(null);
        }}
        describedBy="crs-area"
      />
      <p className="muted small" id="crs-area">
        {words.crs.area(current?.[3] ?? '')}
      </p>
      {isOutside && <Notice tone="warn">{words.crs.outside(definition?.name ?? '')}</Notice>}
    </div>
  );
}

function statusOf(isTyping: boolean, total: number, isLoaded: boolean): string {
  if (!isLoaded) return words.loading;
  if (!isTyping) return words.crs.hint;
  return total === 0 ? words.crs.noMatch : words.crs.matches(total);
}

function proposalsFor(entries: readonly CrsEntry[], own: readonly string[], box: Box | null): CrsEntry[] {
  const ofData = entries.filter(([epsg]) => own.includes(`EPSG:${epsg}`));
  return [...new Set([...ofData, ...suggestCrs(entries, box)])];
}

function choiceOf(
  [epsg, name, isProjected, area]: CrsEntry,
  own: readonly string[],
  isTyping: boolean,
): { id: string; label: string; hint: string } {
  const isOwn = own.includes(`EPSG:${epsg}`);
  const why = isOwn
    ? words.crs.own
    : !isTyping && isProjected === 1 && epsg !== 3857
      ? words.crs.suggested
      : null;
  return {
    id: String(epsg),
    label: `EPSG:${epsg} – ${name}`,
    hint: [why, area].filter(Boolean).join(' · '),
  };
}
