import { Export } from '@outcrop/client';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { siteClient } from '../api/client.ts';
import { messageOf } from '../api/page-error.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Link } from '../parts/link.tsx';
import { Notice } from '../parts/notice.tsx';
import { queryClient } from '../queries.ts';
import { draftOf } from '../request/from-export.ts';
import { writeDraft } from '../request/url-state.ts';
import { address, go } from '../routes.ts';
import { words } from '../words/en.ts';

/** Make it again, change it first, or hand its request on. */
export function ExportActions({ made }: { readonly made: Export }): ReactNode {
  const query = writeDraft(draftOf(made));
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
      <div className="button-row">
        {made.isTerminal && (
          <button type="button" className="button" onClick={() => again.mutate()} aria-busy={again.isPending}>
            {words.export.again}
          </button>
        )}
        <Link to={query} className="button">
          {words.export.edit}
        </Link>
        <CopyButton
          text={address('') + query}
          label={words.export.share}
          done={words.export.shared}
          className="button"
        />
      </div>
      {again.error !== null && (
        <Notice tone="bad" isAlert>
          {messageOf(again.error)}
        </Notice>
      )}
    </>
  );
}
