import type { Export } from '@outcrop/client';
import type { ReactNode } from 'react';

import { CopyButton } from '../parts/copy-button.tsx';
import { Link } from '../parts/link.tsx';
import { draftOf } from '../request/from-export.ts';
import { carriesAll, writeDraft } from '../request/url-state.ts';
import { address } from '../routes.ts';
import { words } from '../words/en.ts';
import { RepeatButton } from './repeat-button.tsx';

/** Make it again, change it first, or hand its request on. */
export function ExportActions({ made }: { readonly made: Export }): ReactNode {
  const query = writeDraft(draftOf(made));
  return (
    <div className="button-row">
      {made.isTerminal && <RepeatButton made={made} />}
      <Link to={query} className="button">
        {words.export.edit}
      </Link>
      <CopyButton
        text={address('') + query}
        label={words.export.share}
        done={carriesAll(query) ? words.export.shared : words.export.sharedInPart}
        className="button"
      />
    </div>
  );
}
