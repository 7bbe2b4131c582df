import { isExportsError, type ItemValidation } from '@outcrop/client';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react';

import { siteClient } from '../api/client.ts';
import { messageOf } from '../api/page-error.ts';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { forgetLastDraft } from '../request/last-draft.ts';
import { useNewExport } from '../request/use-new-export.ts';
import { go } from '../routes.ts';
import { words } from '../words/en.ts';
import { focusPart } from './focus-part.ts';
import { type Problem, problemsOf } from './problems.ts';

/** The button that is never grey: where something is missing it says what, and leads there. */
export function CreateExport(): ReactNode {
  const state = useNewExport();
  const { wanted, check } = state;
  const [isAsked, setAsked] = useState(false);
  const [isQueued, setQueued] = useState(false);
  const problems = problemsOf(state);
  // The same press again after a connection that broke is the same export, not a second one.
  const attempt = useRef({ wanted, key: '' });
  const create = useMutation({
    mutationFn: async () => {
      if (wanted === null) throw new Error(words.check.missing);
      if (attempt.current.wanted !== wanted || attempt.current.key === '')
        attempt.current = { wanted, key: crypto.randomUUID?.() ?? String(Math.random()) };
      const headers = { 'Idempotency-Key': attempt.current.key };
      return siteClient().exports.create(wanted, { headers });
    },
    onSuccess: ({ id }) => {
      attempt.current.key = '';
      forgetLastDraft();
      void queryClient.invalidateQueries({ queryKey: ['exports'] });
      go(`exports/${id}`);
    },
  });
  const isSettled = !check.isStale && wanted !== null;
  const press = (): void => {
    if (create.isPending) return;
    if (problems.length > 0) setAsked(true);
    else if (isSettled) create.mutate();
    else setQueued(true);
  };
  // Pressed while the check was running: it is made as soon as the check is through, or the reasons are shown.
  const goOn = useEffectEvent(() => {
    setQueued(false);
    press();
  });
  useEffect(() => {
    if (isQueued && (isSettled || problems.length > 0)) goOn();
  }, [isQueued, isSettled, problems.length]);
  return (
    <div className="create">
      <EstimateLine problems={problems.length} />
      {create.error !== null && !isExportsError(create.error, 'validation') && (
        <Notice tone="bad" isAlert>
          {messageOf(create.error)}
        </Notice>
      )}
      {isAsked && problems.length > 0 && <ErrorSummary problems={problems} />}
      <button
        type="button"
        className="button button-primary"
        onClick={press}
        aria-busy={create.isPending || isQueued}
      >
        {create.isPending ? words.check.creating : isQueued ? words.check.checking : words.check.create}
      </button>
    </div>
  );
}

/** Size and time of the whole, kept while it is being checked again. */
function EstimateLine({ problems }: { readonly problems: number }): ReactNode {
  const { check, draft } = useNewExport();
  const { verdict } = check;
  if (draft.items.length === 0 || (verdict === null && problems === 0)) return null;
  if (verdict === null) {
    return (
      <p className="estimate">
        <strong className="bad">{words.check.problems(problems)}</strong>
      </p>
    );
  }
  const seconds = sumOf(verdict.items, 'secondsEstimate');
  return (
    <div className={check.isStale ? 'estimate estimate-stale' : 'estimate'}>
      <p>
        {problems > 0 && <strong className="bad">{words.check.problems(problems)}</strong>}
        {problems === 0 && verdict.sizeEstimateZipped !== null && verdict.sizeEstimateZipped > 0 && (
          <strong>
            {words.check.size(verdict.sizeEstimateZipped, sumOf(verdict.items, 'sizeEstimateUnzipped') ?? 0)}
          </strong>
        )}
        {problems === 0 && seconds !== null && ` · ${words.check.time(seconds)}`}
        {check.isStale && <span className="muted"> · {words.check.updating}</span>}
      </p>
      {verdict.name !== null && <p className="muted small file-name">{words.check.file(verdict.name)}</p>}
    </div>
  );
}

/** A number of all items together; null where the site does not say it of any. */
function sumOf(
  items: readonly ItemValidation[],
  name: 'secondsEstimate' | 'sizeEstimateUnzipped',
): number | null {
  const numbers = items.flatMap((item) => item[name] ?? []);
  return numbers.length === 0 ? null : numbers.reduce((sum, one) => sum + one, 0);
}

function ErrorSummary({ problems }: { readonly problems: readonly Problem[] }): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="error-summary" role="alert">
      <h3 tabIndex={-1} ref={heading}>
        {words.check.missing}
      </h3>
      <ul>
        {problems.map(({ text, target }) => (
          <li key={text}>
            <button type="button" className="link" onClick={() => focusPart(target)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
