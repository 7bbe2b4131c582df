import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { siteClient } from '../api/client.ts';
import { messageOf } from '../api/page-error.ts';
import { announce } from '../parts/announcer.tsx';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { siteSettings } from '../site-settings.ts';
import { words } from '../words/en.ts';
import { dateTime } from '../words/numbers.ts';
import { laterExpiry } from './later-expiry.ts';

/** Puts the end of an export off, as far as the site allows; nothing where that is reached. */
export function KeepLonger({
  exportId,
  expires,
}: {
  readonly exportId: number;
  readonly expires: Date;
}): ReactNode {
  const extend = useMutation({
    mutationFn: (until: Date) => siteClient().exports.extend(exportId, until),
    onSuccess: ({ expiresAt }) => {
      if (expiresAt !== null) announce(words.export.extended(dateTime(expiresAt)));
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['export', exportId] }),
  });
  const later = laterExpiry(expires, Date.now(), siteSettings);
  return (
    <>
      {later !== null && (
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={() => extend.mutate(later)}
          aria-busy={extend.isPending}
        >
          {words.export.extend}
        </button>
      )}
      {extend.error !== null && (
        <Notice tone="bad" isAlert>
          {messageOf(extend.error)}
        </Notice>
      )}
    </>
  );
}
