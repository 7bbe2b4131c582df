import type { Format } from '@outcrop/contract';

import type { RasterSummary, TableSummary } from '../engine.ts';
import { formatsOfKind } from './layer-formats.ts';
import type { Site } from './site.ts';
import { isTable, type LayerSource, type SiteLayer } from './site-layer.ts';
import { withoutFolder } from './without-folder.ts';

/** A layer with what its data say of it now. */
export interface LayerInspection {
  readonly survey: TableSummary | null;
  readonly table: Extract<LayerSource['source'], { fields: unknown }> | null;
  /** Of a layer of pixels. */
  readonly raster: RasterSummary | null;
  readonly version: number | null;
  /** None where the layer cannot be exported. */
  readonly formats: readonly Format[];
  readonly unavailable: string | null;
}

/** Reads and surveys a layer. One that cannot be read is an answer, with the reason. */
export async function inspectLayer(site: Site, layer: SiteLayer): Promise<LayerInspection> {
  const { source, version, unavailable } = site.readSource(layer);
  if (source === null) {
    return { survey: null, table: null, raster: null, version, formats: [], unavailable };
  }
  const table = isTable(source) ? source : null;
  try {
    const survey = await site.survey(layer);
    const raster = await site.summariseRaster(layer);
    return {
      survey,
      table,
      raster,
      version,
      formats: formatsOfKind(layer.kind, await site.engine.producibleFormats(layer.kind)),
      unavailable: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      survey: null,
      table,
      raster: null,
      version,
      formats: [],
      unavailable: withoutFolder(reason, site.paths.folder),
    };
  }
}
