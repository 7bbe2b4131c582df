import type { Export } from '@outcrop/client';
import { type ReactNode, useEffect, useState } from 'react';

import { isConnectionProblem, isSignInProblem, messageOf } from '../api/page-error.ts';
import { RepeatButton } from '../export/repeat-button.tsx';
import { StateMark } from '../export/state-mark.tsx';
import { Link } from '../parts/link.tsx';
import { Notice } from '../parts/notice.tsx';
import { useExports } from '../queries.ts';
import { draftOf } from '../request/from-export.ts';
import { writeDraft } from '../request/url-state.ts';
import { words } from '../words/en.ts';
import { ago, bytes, dateTime } from '../words/numbers.ts';

/** My exports, newest first. */
export function HistoryPage(): ReactNode {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useExports();
  const made = data?.pages.flatMap(({ items }) => items) ?? [];
  const total = data?.pages[0]?.total ?? made.length;
  const isEmpty = data !== undefined && made.length === 0;
  return (
    <main id="main" className="column column-wide" tabIndex={-1}>
      <h1 tabIndex={-1}>{words.history}</h1>
      {error !== null && !isConnectionProblem(error) && !isSignInProblem(error) && (
        <Notice tone="bad">{messageOf(error)}</Notice>
      )}
      {isEmpty && (
        <div className="empty">
          <p>{words.list.empty}</p>
          <p>
            <Link to="" className="button button-primary">
              {words.newExport}
            </Link>
          </p>
        </div>
      )}
      {made.length > 0 && <HistoryTable made={made} />}
      {made.length > 0 && <p className="muted small">{words.list.shown(made.length, total)}</p>}
      {hasNextPage && (
        <button
          type="button"
          className="button"
          aria-busy={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {words.list.more}
        </button>
      )}
    </main>
  );
}

function HistoryTable({ made }: { readonly made: readonly Export[] }): ReactNode {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <table className="table table-cards">
      <caption className="visually-hidden">{words.list.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.list.name}</th>
          <th scope="col">{words.list.state}</th>
          <th scope="col">{words.list.size}</th>
          <th scope="col">{words.list.made}</th>
          <th scope="col">{words.export.expires}</th>
          <th scope="col">{words.list.actions}</th>
        </tr>
      </thead>
      <tbody>
        {made.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              <Link to={`exports/${one.id}`}>
                <bdi>{one.name ?? one.id}</bdi>
              </Link>
            </th>
            <td>
              <StateMark state={one.state ?? 'processing'} />
            </td>
            <td className="cell-short">{one.sizeCompleteZipped !== null && bytes(one.sizeCompleteZipped)}</td>
            <td className="cell-short">
              {one.createdAt !== null && (
                <time dateTime={one.createdAt.toISOString()} title={dateTime(one.createdAt)}>
                  {ago(one.createdAt, now)}
                </time>
              )}
            </td>
            <td className="cell-short" data-label={words.export.expires}>
              {one.state === 'complete' && one.expiresAt !== null && (
                <time dateTime={one.expiresAt.toISOString()}>{dateTime(one.expiresAt)}</time>
              )}
            </td>
            <td>
              <div className="button-row">
                {one.isTerminal && one.items.length > 0 && <RepeatButton made={one} isSmall />}
                {one.items.length > 0 && (
                  <Link to={writeDraft(draftOf(one))} className="button button-quiet button-small">
                    {words.export.edit}
                  </Link>
                )}
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
