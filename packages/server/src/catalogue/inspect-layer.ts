import type { ExtentGeometry, Format } from '@outcrop/contract';

import type { RasterSummary, TableSummary } from '../engine.ts';
import { formatsOfKind } from './layer-formats.ts';
import type { Site } from './site.ts';
import { isTable, type LayerSource, type SiteLayer } from './site-layer.ts';
import { withoutFolder } from './without-folder.ts';

/** A layer with what its data say of it now. */
export interface LayerInspection {
  readonly survey: TableSummary | null;
  readonly table: Extract<LayerSource['source'], { fields: unknown }> | null;
  /** `EPSG:n`; null for a table and where it is unknown. */
  readonly crs: string | null;
  /** EPSG:4326. */
  readonly extent: ExtentGeometry | null;
  /** Of a layer of pixels. */
  readonly raster: RasterSummary | null;
  readonly version: number | null;
  /** None where the layer cannot be exported. */
  readonly formats: readonly Format[];
  readonly unavailable: string | null;
}

const nothing = { survey: null, table: null, raster: null, crs: null, extent: null, formats: [] } as const;

/** Reads and surveys a layer. One that cannot be read is an answer, with the reason. */
export async function inspectLayer(site: Site, layer: SiteLayer): Promise<LayerInspection> {
  const { source, version, unavailable } = site.readSource(layer);
  if (source === null) {
    return { ...nothing, version, unavailable };
  }
  const table = isTable(source) ? source : null;
  try {
    const survey = await site.survey(layer);
    const raster = await site.summariseRaster(layer);
    return {
      survey,
      table,
      raster,
      crs: table?.geometry?.crs ?? raster?.crs ?? null,
      extent: survey?.extent ?? raster?.extent ?? null,
      version,
      formats: formatsOfKind(layer.kind, await site.engine.producibleFormats(layer.kind)),
      unavailable: null,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ...nothing,
      table,
      crs: table?.geometry?.crs ?? null,
      version,
      unavailable: withoutFolder(reason, site.paths.folder),
    };
  }
}
