import type { Export } from '@outcrop/client';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { messageOf } from '../api/page-error.ts';
import { announce } from '../parts/announcer.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { words } from '../words/en.ts';

/** An export that is going on: how far, with what, and how to stop it. */
export function ExportProgress({ made }: { readonly made: Export }): ReactNode {
  const percent = Math.round((made.progress ?? 0) * 100);
  const stage = made.stage ?? waiting(made);
  useSaidProgress(percent, stage);
  const [isAsking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => made.cancel(),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['export', made.id] }),
  });
  return (
    <div className="progress">
      <progress max={100} value={percent} aria-label={words.export.states['processing']} />
      <p className="progress-words">{words.export.progress(percent, stage)}</p>
      <p className="muted small">{words.export.leave}</p>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {words.export.cancel}
      </button>
      {cancel.error !== null && <Notice tone="bad">{messageOf(cancel.error)}</Notice>}
      {isAsking && (
        <Dialog title={words.export.cancelQuestion} onClose={() => setAsking(false)}>
          <p>{words.export.cancelText}</p>
          <div className="button-row">
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {words.export.keep}
            </button>
            <button
              type="button"
              className="button button-danger"
              onClick={() => {
                setAsking(false);
                cancel.mutate();
              }}
            >
              {words.export.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** Says how far it is every ten percent, and what is being done when that changes, but not more than every few seconds. */
function waiting({ queue }: Export): string {
  const others = (queue?.position ?? 1) - 1;
  return others === 0 ? words.export.waiting : words.export.waitingBehind(others);
}

function useSaidProgress(percent: number, stage: string): void {
  const last = useRef({ step: -1, at: 0 });
  useEffect(() => {
    const step = Math.floor(percent / 10);
    const now = Date.now();
    if (step === last.current.step || now - last.current.at < 5000) return;
    last.current = { step, at: now };
    announce(words.export.progress(percent, stage));
  }, [percent, stage]);
}
