import type { Layer } from '@outcrop/client';
import { findFormat, formatLabel, type Kind } from '@outcrop/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { siteClient } from '../api/client.ts';
import { emptyDraft, type ItemKey } from '../request/draft.ts';
import { proposalsOf } from '../request/proposals.ts';
import { toExport } from '../request/to-export.ts';
import { words } from '../words/en.ts';

/** What all of a layer would weigh, in the format that the page would propose: the site's own estimate. */
export function WholeSize({ item, layer }: { readonly item: ItemKey; readonly layer: Layer }): ReactNode {
  const draft = { ...emptyDraft, items: [item] };
  const proposals = proposalsOf(draft, [layer]);
  const kind = layer.kind as Kind;
  const format = findFormat(proposals.formats[kind] ?? '');
  const { data } = useQuery({
    queryKey: ['whole-size', item, format?.mimetype],
    enabled: format !== undefined,
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      const verdict = await siteClient().exports.validate(toExport(draft, proposals, null), { signal });
      return verdict.sizeEstimateZipped;
    },
  });
  if (data == null || format === undefined) return null;
  return <p className="small muted">{words.data.sizeOf(data, formatLabel(format, kind))}</p>;
}
