import type { ReactNode } from 'react';

import { words } from '../words/en.ts';

const tones: Readonly<Record<string, string>> = {
  complete: 'ok',
  error: 'bad',
  processing: 'info',
  gone: 'warn',
  cancelled: 'plain',
};
const marks: Readonly<Record<string, string>> = {
  complete: '✓',
  error: '×',
  processing: '…',
  gone: '!',
  cancelled: '–',
};

/** The state of an export: a word and a mark, and a colour besides. */
export function StateMark({ state }: { readonly state: string }): ReactNode {
  return (
    <span className={`state state-${tones[state] ?? 'plain'}`}>
      <span aria-hidden="true">{marks[state] ?? '•'}</span> {words.export.states[state] ?? state}
    </span>
  );
}
