import type { ReactNode } from 'react';

/** What a notice is about. */
export type Tone = 'info' | 'ok' | 'warn' | 'bad';

const marks: Readonly<Record<Tone, string>> = { info: 'i', ok: '✓', warn: '!', bad: '×' };

/** A message in its place, with a mark so that its colour is not all that tells. */
export function Notice({
  tone,
  children,
  isAlert = false,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
  readonly isAlert?: boolean;
}): ReactNode {
  return (
    <div className={`notice notice-${tone}`} role={isAlert ? 'alert' : undefined}>
      <span className="notice-mark" aria-hidden="true">
        {marks[tone]}
      </span>
      <div className="notice-body">{children}</div>
    </div>
  );
}
