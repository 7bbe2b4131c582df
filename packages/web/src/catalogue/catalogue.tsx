import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react';

import { isConnectionProblem, isSignInProblem, messageOf } from '../api/page-error.ts';
import { announce } from '../parts/announcer.tsx';
import { Notice } from '../parts/notice.tsx';
import { useNewExport } from '../request/use-new-export.ts';
import { openSignIn } from '../sign-in/sign-in-state.ts';
import { words } from '../words/en.ts';
import { CatalogueRow } from './catalogue-row.tsx';
import { filterCatalogue } from './filter-catalogue.ts';
import { useMapPreviews } from './map-previews.ts';
import { Sight } from './sight.ts';
import { useCatalogue } from './use-catalogue.ts';
import { useGrowing } from './use-growing.ts';

/** Step 1: what there is, and what of it goes into the export. */
export function Catalogue(): ReactNode {
  const { draft } = useNewExport();
  const { data, error, isPending, refetch } = useCatalogue();
  const entries = data?.entries;
  const [text, setText] = useState('');
  const [kind, setKind] = useState('all');
  const shownOnMap = useMapPreviews();
  const deferred = useDeferredValue(text);
  const found = useMemo(
    () => filterCatalogue(entries ?? [], { text: deferred, kind }),
    [entries, deferred, kind],
  );
  const rowCount = useGrowing(found.length);
  const [sight] = useState(() => new Sight());
  const kinds = useMemo(() => ['all', ...new Set((entries ?? []).map((entry) => entry.kind))], [entries]);
  const status = words.data.found(found.length, entries?.length ?? 0);
  useEffect(() => {
    if (deferred === '') return;
    const timer = setTimeout(() => announce(status), 600);
    return () => clearTimeout(timer);
  }, [deferred, status]);
  if (error !== null && data === undefined && !isConnectionProblem(error)) {
    return <NoCatalogue error={error} retry={() => void refetch()} />;
  }
  if (data?.isWhole === true && data.entries.length === 0) return <EmptyCatalogue />;
  return (
    <>
      <div className="search-row">
        <label htmlFor="search">{words.data.search}</label>
        <input id="search" type="search" value={text} onChange={(event) => setText(event.target.value)} />
      </div>
      {kinds.length > 2 && <KindFilter kinds={kinds} kind={kind} setKind={setKind} />}
      {data !== undefined && (
        <p className="muted small">{data.isWhole ? status : words.data.coming(data.entries.length)}</p>
      )}
      {found.length === 0 && data?.isWhole === true ? (
        <p className="empty">
          {words.data.noHit(text)}{' '}
          <button type="button" className="button button-quiet" onClick={() => (setText(''), setKind('all'))}>
            {words.data.clear}
          </button>
        </p>
      ) : (
        <ul
          className="catalogue"
          aria-busy={data?.isWhole !== true}
          aria-label={words.data.heading}
          tabIndex={-1}
        >
          {isPending &&
            [1, 2, 3, 4].map((row) => <li key={row} className="row row-empty" aria-hidden="true" />)}
          {found.slice(0, rowCount).map((entry) => (
            <CatalogueRow
              key={entry.key}
              entry={entry}
              isChosen={draft.items.includes(entry.key)}
              isShown={shownOnMap.includes(entry.key)}
              sight={sight}
            />
          ))}
        </ul>
      )}
    </>
  );
}

/** Why there is no list, and what can be done. */
function NoCatalogue({ error, retry }: { readonly error: unknown; readonly retry: () => void }): ReactNode {
  if (isSignInProblem(error)) {
    return (
      <div className="empty">
        <p>{words.data.signedOut}</p>
        <p>
          <button type="button" className="button" onClick={openSignIn}>
            {words.signIn}
          </button>
        </p>
      </div>
    );
  }
  return (
    <Notice tone="bad">
      {messageOf(error)}{' '}
      <button type="button" className="button button-quiet" onClick={retry}>
        {words.retry}
      </button>
    </Notice>
  );
}

function EmptyCatalogue(): ReactNode {
  return (
    <div className="empty">
      <p>{words.data.none}</p>
      <p className="muted">{words.data.noneHint}</p>
    </div>
  );
}

function KindFilter({
  kinds,
  kind,
  setKind,
}: {
  readonly kinds: readonly string[];
  readonly kind: string;
  readonly setKind: (kind: string) => void;
}): ReactNode {
  const names: Readonly<Record<string, string>> = words.data.kinds;
  return (
    <fieldset className="chips">
      <legend className="visually-hidden">{words.data.kind}</legend>
      {kinds.map((one) => (
        <label key={one} className="chip">
          <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
          <span>{names[one] ?? one}</span>
        </label>
      ))}
    </fieldset>
  );
}
