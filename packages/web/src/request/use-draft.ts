import { type Dispatch, useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';

import { useLocation } from '../routes.ts';
import { AddressWriter } from './address-writer.ts';
import { changeDraft, type Draft, type DraftAction } from './draft.ts';
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
  const [writer] = useState(() => new AddressWriter());
  useEffect(() => {
    const query = writeDraft(draft);
    if (query === written.current) return;
    written.current = query;
    writer.write(query, isStep.current);
    isStep.current = false;
  }, [draft, writer]);
  useEffect(() => () => writer.stop(), [writer]);
  // Back and forward, and links to a request, change the address; the draft follows.
  useEffect(() => {
    const { draft: next } = readDraft(search);
    const query = writeDraft(next);
    if (query === written.current || query === writer.written) return;
    written.current = query;
    writer.written = query;
    writer.stop();
    change({ type: 'replace', draft: next });
  }, [search, writer]);
  const dispatch = useCallback((action: DraftAction): void => {
    isStep.current ||= stepActions.has(action.type);
    change(action);
  }, []);
  return { draft, dispatch, dropped: first.dropped };
}
