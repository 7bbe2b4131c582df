import { lazy, type ReactNode, Suspense } from 'react';

import { AreaStep } from '../area/area-step.tsx';
import { Catalogue } from '../catalogue/catalogue.tsx';
import { PickedItems } from '../catalogue/picked-items.tsx';
import { CheckStep } from '../check/check-step.tsx';
import { CreateExport } from '../check/create-export.tsx';
import { Equivalents } from '../copy/equivalents.tsx';
import { CrsPicker } from '../crs/crs-picker.tsx';
import { FormatStep } from '../format/format-step.tsx';
import { useMapTurn } from '../map/use-map-turn.ts';
import { ErrorBoundary } from '../parts/error-boundary.tsx';
import { Link } from '../parts/link.tsx';
import { Notice } from '../parts/notice.tsx';
import { words } from '../words/en.ts';
import { emptyDraft } from './draft.ts';
import { forgetLastDraft, readLastDraft } from './last-draft.ts';
import { isEmptyDraft, isShortened, writeDraft } from './url-state.ts';
import { DispatchContext, NewExportContext, useNewExport, useNewExportState } from './use-new-export.ts';

const MapPanel = lazy(() => import('../map/map-panel.tsx').then((module) => ({ default: module.MapPanel })));

/** The form: data, area, coordinates and formats, check; and the map that mirrors it. */
export function NewExportPage(): ReactNode {
  const state = useNewExportState();
  return (
    <NewExportContext value={state}>
      <DispatchContext value={state.dispatch}>
        <main id="main" className="workbench" tabIndex={-1}>
          <div className="panel">
            <Heading />
            {isShortened(writeDraft(state.draft)) && <Notice tone="info">{words.partialLink}</Notice>}
            {state.dropped.length > 0 && <Notice tone="warn">{words.droppedParts(state.dropped)}</Notice>}
            <Step id="step-data" at={1} title={words.data.heading}>
              <Catalogue />
              <PickedItems />
            </Step>
            <Step id="step-area" at={2} title={words.area.heading}>
              <AreaStep />
            </Step>
          </div>
          <div className="map-place">
            <MapInTurn />
          </div>
          <div className="panel panel-rest">
            <Step id="step-formats" at={3} title={words.crs.heading}>
              <CrsPicker />
              <FormatStep />
            </Step>
            <Step id="step-check" at={4} title={words.check.heading}>
              <NameField />
              <CheckStep />
              {state.wanted !== null && <Equivalents request={state.wanted.toRequest()} />}
            </Step>
          </div>
          <div className="create-bar">
            <CreateExport />
          </div>
        </main>
      </DispatchContext>
    </NewExportContext>
  );
}

function MapInTurn(): ReactNode {
  const isTurn = useMapTurn();
  const place = <div className="map-frame" aria-busy="true" />;
  if (!isTurn) return place;
  return (
    <ErrorBoundary fallback={<p className="map-missing">{words.needsCanvas}</p>}>
      <Suspense fallback={place}>
        <MapPanel />
      </Suspense>
    </ErrorBoundary>
  );
}

function Heading(): ReactNode {
  const { draft, dispatch } = useNewExport();
  const isEmpty = isEmptyDraft(draft);
  const last = isEmpty ? readLastDraft() : null;
  return (
    <div className="page-heading">
      <h1 tabIndex={-1}>{words.newExport}</h1>
      {last !== null && (
        <Link to={last} className="button button-quiet button-small">
          {words.check.goOn}
        </Link>
      )}
      {!isEmpty && (
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={() => {
            forgetLastDraft();
            dispatch({ type: 'replace', draft: emptyDraft });
          }}
        >
          {words.check.reset}
        </button>
      )}
    </div>
  );
}

function NameField(): ReactNode {
  const { draft, dispatch } = useNewExport();
  return (
    <div className="field">
      <label htmlFor="export-name">{words.check.name}</label>
      <input
        id="export-name"
        dir="auto"
        autoComplete="off"
        maxLength={200}
        value={draft.name}
        placeholder={words.check.nameHint}
        onChange={(event) => dispatch({ type: 'name', name: event.target.value })}
      />
    </div>
  );
}

function Step(props: {
  readonly id: string;
  readonly at: number;
  readonly title: string;
  readonly children: ReactNode;
}): ReactNode {
  const { id, at, title, children } = props;
  return (
    <section className="step" id={id} tabIndex={-1} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        <span className="step-number" aria-hidden="true">
          {at}
        </span>{' '}
        {title}
      </h2>
      {children}
    </section>
  );
}
