import { Export } from '@outcrop/client';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { siteClient } from '../api/client.ts';
import { messageOf } from '../api/page-error.ts';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { go } from '../routes.ts';
import { words } from '../words/en.ts';

/** Makes an export again as it was, and goes to the new one. */
export function RepeatButton({
  made,
  isSmall = false,
}: {
  readonly made: Export;
  readonly isSmall?: boolean;
}): ReactNode {
  const again = useMutation({
    mutationFn: async () => {
      const { name: _, ...request } = made.toRequest();
      const options = { cropMode: request.options?.crop_mode };
      return siteClient().exports.create(new Export({ ...request, options }));
    },
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ['exports'] });
      go(`exports/${id}`);
    },
  });
  return (
    <>
      <button
        type="button"
        className={isSmall ? 'button button-quiet button-small' : 'button'}
        onClick={() => again.mutate()}
        aria-busy={again.isPending}
      >
        {words.export.again}
      </button>
      {again.error !== null && (
        <Notice tone="bad" isAlert>
          {messageOf(again.error)}
        </Notice>
      )}
    </>
  );
}
