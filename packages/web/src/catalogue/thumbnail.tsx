import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';

import { type Preview, previewLayer, previewPicture } from '../api/extensions.ts';
import type { CatalogueEntry } from '../queries.ts';
import { type DrawnShape, drawThumbnail } from './draw-thumbnail.ts';

const size = 44;

/** A small picture of what a layer looks like, drawn from a sample of its features. */
export function Thumbnail({
  entry,
  isSeen,
}: {
  readonly entry: CatalogueEntry;
  readonly isSeen: boolean;
}): ReactNode {
  const isPicture = entry.kind === 'raster' || entry.kind === 'grid' || entry.kind === 'rat';
  const isTable = entry.kind === 'table';
  const canvas = useRef<HTMLCanvasElement>(null);
  const sample = useQuery<Preview>({
    queryKey: ['thumbnail', entry.key],
    queryFn: ({ signal }) => previewLayer(entry.id, { limit: 400, pixels: size * 2, signal }),
    enabled: isSeen && !isPicture && !isTable,
    staleTime: Infinity,
  });
  const picture = useQuery({
    queryKey: ['picture', entry.key],
    queryFn: () => previewPicture(entry.id),
    enabled: isSeen && isPicture,
    staleTime: Infinity,
  });
  useEffect(() => {
    if (canvas.current !== null && sample.data !== undefined) {
      drawThumbnail(canvas.current, sample.data.features as readonly DrawnShape[]);
    }
  }, [sample.data]);
  if (isPicture) {
    return (
      <span className="thumbnail" aria-hidden="true">
        {picture.data !== undefined && <img src={picture.data.url} alt="" width={size} height={size} />}
      </span>
    );
  }
  return (
    <span className={isTable ? 'thumbnail thumbnail-table' : 'thumbnail'} aria-hidden="true">
      {!isTable && <canvas ref={canvas} width={size * 2} height={size * 2} />}
    </span>
  );
}
