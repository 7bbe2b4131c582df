import type { Export } from '@outcrop/client';
import { isExportsError } from '@outcrop/client';
import { type ReactNode, useEffect, useRef } from 'react';

import { isConnectionProblem, isSignInProblem, messageOf } from '../api/page-error.ts';
import { Equivalents, ExportEquivalents } from '../copy/equivalents.tsx';
import { announce } from '../parts/announcer.tsx';
import { Link } from '../parts/link.tsx';
import { Notice } from '../parts/notice.tsx';
import { useExport } from '../queries.ts';
import { words } from '../words/en.ts';
import { ExportActions } from './export-actions.tsx';
import { ExportFacts } from './export-facts.tsx';
import { ExportItems } from './export-items.tsx';
import { ExportOutcome } from './export-outcome.tsx';
import { ExportProgress } from './export-progress.tsx';
import { ExportReport } from './export-report.tsx';
import { StateMark } from './state-mark.tsx';

/** One export: how far it is, what became of it, what is in it, and what can be done with it. */
export function ExportPage({ exportId }: { readonly exportId: number }): ReactNode {
  const { data: made, error, dataUpdatedAt } = useExport(exportId);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [exportId]);
  useEnding(made, dataUpdatedAt);
  const isMissing = isExportsError(error, 'not-found');
  return (
    <main id="main" className="column" tabIndex={-1}>
      <p>
        <Link to="exports">{words.history}</Link>
      </p>
      <h1 ref={heading} tabIndex={-1}>
        <bdi>{made?.name ?? words.export.untitled(exportId)}</bdi>
      </h1>
      {isMissing && <Notice tone="warn">{words.export.notFound}</Notice>}
      {error !== null && !isMissing && !isConnectionProblem(error) && !isSignInProblem(error) && (
        <Notice tone="bad">{messageOf(error)}</Notice>
      )}
      {made === undefined && error === null && <p className="muted">{words.loading}</p>}
      {made !== undefined && <ExportBody made={made} />}
    </main>
  );
}

function ExportBody({ made }: { readonly made: Export }): ReactNode {
  return (
    <>
      <p>
        <StateMark state={made.state ?? 'processing'} />
      </p>
      {made.state === 'processing' ? <ExportProgress made={made} /> : <ExportOutcome made={made} />}
      <ExportActions made={made} />
      <h2>{words.export.contents}</h2>
      <ExportItems made={made} />
      {made.state === 'complete' && <ExportReport exportId={made.id ?? 0} />}
      <ExportFacts made={made} />
      {(made.state === 'processing' || made.state === 'complete') && (
        <ExportEquivalents exportId={made.id ?? 0} isRunning={made.state === 'processing'} />
      )}
      <Equivalents request={made.toRequest()} />
    </>
  );
}

const endings: Readonly<Record<string, string>> = {
  complete: words.export.complete,
  cancelled: words.export.nowCancelled,
  error: words.export.nowFailed,
};

/** Says so, and in the title of the tab, when an export that was going on ends. */
function useEnding(made: Export | undefined, updatedAt: number): void {
  const before = useRef<string | null>(null);
  const state = made?.state ?? null;
  const percent = Math.round((made?.progress ?? 0) * 100);
  const name = made?.name ?? '';
  useEffect(() => {
    if (before.current === 'processing' && state !== null && endings[state] !== undefined)
      announce(endings[state]);
    before.current = state;
    const plain = document.title;
    if (state === 'processing') document.title = words.export.title(percent, name);
    else if (name !== '') document.title = name;
    return () => {
      document.title = plain;
    };
  }, [state, percent, name, updatedAt]);
}
