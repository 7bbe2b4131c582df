import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';

import { type Preview, previewLayer, previewPicture } from '../api/extensions.ts';
import { type DrawnShape, drawThumbnail } from './draw-thumbnail.ts';
import type { CatalogueEntry } from './use-catalogue.ts';

const size = 44;

/** A small picture of what a layer looks like, once its row is in sight. */
export function Thumbnail({
  entry,
  isSeen,
}: {
  readonly entry: CatalogueEntry;
  readonly isSeen: boolean;
}): ReactNode {
  const isTable = entry.kind === 'table';
  const Shown = entry.kind === 'vector' ? Sample : Picture;
  return (
    <span className={isTable ? 'thumbnail thumbnail-table' : 'thumbnail'} aria-hidden="true">
      {isSeen && !isTable && <Shown entry={entry} />}
    </span>
  );
}

/** Drawn from a sample of the features. */
function Sample({ entry }: { readonly entry: CatalogueEntry }): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { data } = useQuery<Preview>({
    queryKey: ['thumbnail', entry.key],
    queryFn: ({ signal }) => previewLayer(entry.id, { limit: 400, pixels: size * 2, signal }),
    structuralSharing: false,
    staleTime: Infinity,
  });
  useEffect(() => {
    if (canvas.current !== null && data !== undefined) {
      drawThumbnail(canvas.current, data.features as readonly DrawnShape[]);
    }
  }, [data]);
  return <canvas ref={canvas} width={size * 2} height={size * 2} />;
}

function Picture({ entry }: { readonly entry: CatalogueEntry }): ReactNode {
  const { data } = useQuery({
    queryKey: ['picture', entry.key],
    queryFn: () => previewPicture(entry.id),
    staleTime: Infinity,
  });
  return data !== undefined && <img src={data.url} alt="" width={size} height={size} />;
}
