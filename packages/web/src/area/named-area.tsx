import { type ReactNode, useMemo, useState } from 'react';

import { fold } from '../catalogue/filter-catalogue.ts';
import { announce } from '../parts/announcer.tsx';
import { Combobox } from '../parts/combobox.tsx';
import { Notice } from '../parts/notice.tsx';
import { useChanges } from '../parts/use-changes.ts';
import { useCropFeatures, useCropLayers } from '../queries.ts';
import { type Area } from '../request/draft.ts';
import { useDispatch } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';

type NamedAreaState = Extract<Area, { mode: 'named' }>;

const mostChoices = 30;

/** Areas that the site offers, found by name or on the map. */
export function NamedArea({ area }: { readonly area: NamedAreaState }): ReactNode {
  const dispatch = useDispatch();
  const { data: cropLayers } = useCropLayers(true);
  const layerId = area.layerId ?? cropLayers?.[0]?.id ?? null;
  if (cropLayers?.length === 0) return <Notice tone="info">{words.area.noCropLayers}</Notice>;
  return (
    <div className="named">
      {(cropLayers?.length ?? 0) > 1 && (
        <div className="field">
          <label htmlFor="crop-layer">{words.area.layer}</label>
          <select
            id="crop-layer"
            value={layerId ?? ''}
            onChange={(event) =>
              dispatch({
                type: 'area',
                area: { mode: 'named', layerId: Number(event.target.value), featureIds: [] },
              })
            }
          >
            {cropLayers?.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      {layerId !== null && <FeatureChoice area={{ ...area, layerId }} />}
    </div>
  );
}

function FeatureChoice({
  area,
}: {
  readonly area: NamedAreaState & { readonly layerId: number };
}): ReactNode {
  const dispatch = useDispatch();
  const { layerId, featureIds } = area;
  const { data: features } = useCropFeatures(layerId);
  const [text, setText] = useState('');
  const folded = useMemo(
    () => (features ?? []).map((feature) => ({ feature, folded: fold(feature.name) })),
    [features],
  );
  const found = useMemo(() => {
    const wanted = fold(text).split(/\s+/).filter(Boolean);
    const holding = folded.filter((one) => wanted.every((word) => one.folded.includes(word)));
    // Names that begin with what was typed come first.
    const isFirst = (one: (typeof folded)[number]): boolean => one.folded.startsWith(wanted[0] ?? '');
    return [...holding.filter(isFirst), ...holding.filter((one) => !isFirst(one))];
  }, [folded, text]);
  const toggle = (featureId: number): void => {
    const next = featureIds.includes(featureId)
      ? featureIds.filter((one) => one !== featureId)
      : [...featureIds, featureId];
    dispatch({ type: 'area', area: { mode: 'named', layerId, featureIds: next } });
  };
  const nameOf = (featureId: number): string =>
    features?.find(({ id }) => id === featureId)?.name ?? words.area.untitled(featureId);
  // In the list or on the map.
  useChanges(featureIds, (picked, unpicked) => {
    for (const id of picked) announce(words.area.picked(nameOf(id), featureIds.length));
    for (const id of unpicked) announce(words.area.unpicked(nameOf(id), featureIds.length));
  });
  return (
    <>
      <Combobox
        id="crop-feature"
        label={words.area.feature}
        placeholder={words.area.featurePlaceholder}
        text={text}
        onText={setText}
        staysOpen
        choices={found.slice(0, mostChoices).map(({ feature }) => ({
          id: String(feature.id),
          label: feature.name,
          isChosen: featureIds.includes(feature.id),
          ...(featureIds.includes(feature.id) ? { hint: '✓' } : {}),
        }))}
        status={words.data.found(Math.min(found.length, mostChoices), found.length)}
        onChoose={(id) => toggle(Number(id))}
      />
      <p className="muted small">
        {features === undefined ? words.loading : words.area.features(features.length)}
      </p>
      {featureIds.length > 0 && (
        <ul className="tags">
          {featureIds.map((featureId) => (
            <li key={featureId}>
              <button
                type="button"
                className="tag"
                aria-label={words.remove(nameOf(featureId))}
                onClick={() => toggle(featureId)}
              >
                <bdi>{nameOf(featureId)}</bdi> <span aria-hidden="true">×</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
