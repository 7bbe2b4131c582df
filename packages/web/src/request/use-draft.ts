import { type Dispatch, useCallback, useEffect, useMemo, useReducer, useRef } from 'react';

import { address, useLocation } from '../routes.ts';
import { changeDraft, type Draft, type DraftAction } from './draft.ts';
import { keepLastDraft } from './last-draft.ts';
import { readDraft, writeDraft } from './url-state.ts';

/** Actions that are steps back and forward of the browser; others only change the address. */
const stepActions: ReadonlySet<DraftAction['type']> = new Set(['add', 'remove', 'replace']);

/** The draft that the browser's address holds. Every change is in the address at once, so that a reload loses nothing. */
export function useDraft(): { draft: Draft; dispatch: Dispatch<DraftAction>; dropped: readonly string[] } {
  const { search } = useLocation();
  const first = useMemo(() => readDraft(location.search), []);
  const [draft, change] = useReducer(changeDraft, first.draft);
  const written = useRef(writeDraft(first.draft));
  const isStep = useRef(false);
  useEffect(() => {
    const query = writeDraft(draft);
    if (query === written.current) return;
    written.current = query;
    keepLastDraft(query);
    const target = address('') + query;
    if (isStep.current) history.pushState(null, '', target);
    else history.replaceState(null, '', target);
    isStep.current = false;
  }, [draft]);
  // Back and forward, and links to a request, change the address; the draft follows.
  useEffect(() => {
    if (search === written.current) return;
    const { draft: next } = readDraft(search);
    if (writeDraft(next) === written.current) return;
    written.current = writeDraft(next);
    change({ type: 'replace', draft: next });
  }, [search]);
  const dispatch = useCallback((action: DraftAction): void => {
    isStep.current ||= stepActions.has(action.type);
    change(action);
  }, []);
  return { draft, dispatch, dropped: first.dropped };
}
