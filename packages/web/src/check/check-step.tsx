import type { ItemValidation } from '@outcrop/client';
import { type ReactNode, useEffect, useRef } from 'react';

import { isConnectionProblem, messageOf } from '../api/page-error.ts';
import { announce } from '../parts/announcer.tsx';
import { Notice } from '../parts/notice.tsx';
import { itemKeyOf } from '../request/to-export.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { words } from '../words/en.ts';
import { bytes } from '../words/numbers.ts';
import { FixButtons } from './fix-buttons.tsx';
import { type Problem, problemsOf } from './problems.ts';

/** Step 4: what the site says of the request, item by item, while it is being put together. */
export function CheckStep(): ReactNode {
  const state = useNewExport();
  const { check, draft } = state;
  const problems = problemsOf(state).filter(({ target }) => target !== 'search' && draft.items.length > 0);
  useAnnouncement(check.isStale, check.verdict === null ? null : problems.length);
  if (draft.items.length === 0) return <p className="muted">{words.check.nothing}</p>;
  const ofWhole = problems.filter(({ item }) => item === null);
  return (
    <>
      <ul className="check-items" aria-busy={check.isStale}>
        {draft.items.map((key, at) => (
          <li key={key} id={`check-${key}`} tabIndex={-1}>
            <bdi className="check-title">{state.titleOf(key)}</bdi>
            <ItemState
              problems={problems.filter(({ item }) => item === key)}
              verdict={check.verdict?.items.find(({ item }) => itemKeyOf(item) === key)}
              isChecking={state.check.isStale || state.layers[at] === undefined}
              isTable={state.layers[at]?.kind === 'table'}
              isCropped={draft.area.mode !== 'all'}
            />
          </li>
        ))}
      </ul>
      {ofWhole.map(({ text, fixes }) => (
        <Notice key={text} tone="bad">
          {text} <FixButtons fixes={fixes} item={null} />
        </Notice>
      ))}
      <Licences />
      {check.verdict?.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {check.waitSeconds !== null && (
        <Notice tone="info">{words.check.tooManyChecks(check.waitSeconds)}</Notice>
      )}
      {check.error !== null && !isConnectionProblem(check.error) && (
        <Notice tone="bad">{messageOf(check.error)}</Notice>
      )}
    </>
  );
}

/** The licences of what is chosen: they go with the data. */
function Licences(): ReactNode {
  const { layers } = useNewExport();
  const titles = [...new Set(layers.flatMap((layer) => layer?.license?.title ?? []))];
  return titles.length === 0 ? null : <p className="muted small">{words.check.licence(titles.join(', '))}</p>;
}

function ItemState({
  problems,
  verdict,
  isChecking,
  isTable,
  isCropped,
}: {
  readonly problems: readonly Problem[];
  readonly verdict: ItemValidation | undefined;
  readonly isChecking: boolean;
  readonly isTable: boolean;
  readonly isCropped: boolean;
}): ReactNode {
  if (problems.length > 0) {
    return problems.map(({ text, fixes, item }) => (
      <Notice key={text} tone="bad">
        {text} <FixButtons fixes={fixes} item={item} />
      </Notice>
    ));
  }
  if (verdict === undefined) {
    return <p className="muted small">{isChecking ? words.check.checking : words.check.unchecked}</p>;
  }
  const unit = isTable ? words.data.rows : words.data.features;
  const facts = [
    ...(verdict.featureCount === null ? [] : [unit(verdict.featureCount)]),
    ...(verdict.sizeEstimateZipped === null ? [] : [bytes(verdict.sizeEstimateZipped)]),
    ...(isTable && isCropped ? [words.check.uncropped] : []),
  ];
  return (
    <p className="small">
      <span className="state state-ok">{words.check.ready}</span>{' '}
      <span className="muted">{facts.join(' · ')}</span>
    </p>
  );
}

/** Says how the check went, once it has settled and only when that has changed. */
function useAnnouncement(isStale: boolean, problems: number | null): void {
  const said = useRef<number | null>(null);
  useEffect(() => {
    if (isStale || problems === null || said.current === problems) return;
    said.current = problems;
    announce(problems === 0 ? words.check.readyNow : words.check.notNow(problems));
  }, [isStale, problems]);
}
