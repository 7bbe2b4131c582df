import type { Export } from '@outcrop/client';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { downloadLink } from '../api/extensions.ts';
import { messageOf } from '../api/page-error.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { words } from '../words/en.ts';
import { KeepLonger } from './keep-longer.tsx';
import { dateTime } from '../words/numbers.ts';

/** What became of an export: the download, or why there is none. */
export function ExportOutcome({ made }: { readonly made: Export }): ReactNode {
  if (made.state === 'complete') return <Download made={made} />;
  if (made.state === 'error') {
    return (
      <Notice tone="bad">{words.export.failed(made.reason ?? words.export.states['error'] ?? '')}</Notice>
    );
  }
  if (made.state === 'gone') return <Notice tone="warn">{words.export.gone}</Notice>;
  return <Notice tone="info">{words.export.cancelled}</Notice>;
}

function Download({ made }: { readonly made: Export }): ReactNode {
  const exportId = made.id ?? 0;
  const start = useMutation({
    mutationFn: () => downloadLink(exportId),
    onSuccess: (url) => {
      const link = document.createElement('a');
      link.href = url;
      link.download = '';
      link.click();
      setTimeout(() => void queryClient.invalidateQueries({ queryKey: ['export', exportId] }), 3000);
    },
  });
  const size = made.sizeCompleteZipped;
  const expires = made.expiresAt;
  return (
    <div className="download">
      <button
        type="button"
        className="button button-primary"
        onClick={() => start.mutate()}
        aria-busy={start.isPending}
      >
        {size === null ? words.export.download : words.export.downloadSize(size)}
      </button>
      {start.error !== null && (
        <Notice tone="bad" isAlert>
          {messageOf(start.error)}
        </Notice>
      )}
      <dl className="facts">
        {made.sha256 !== null && (
          <div className="digest">
            <dt>{words.export.digest}</dt>
            <dd>
              <code>{made.sha256}</code>{' '}
              <CopyButton text={made.sha256} className="button button-quiet button-small" />
            </dd>
          </div>
        )}
        {expires !== null && (
          <div>
            <dt>{words.export.expires}</dt>
            <dd>
              {dateTime(expires)} <KeepLonger exportId={exportId} expires={expires} />
            </dd>
          </div>
        )}
      </dl>
      <p className="muted small">{words.export.archive}</p>
    </div>
  );
}
