import { findFormat } from '@outcrop/contract';

import type { Envelope } from '../features/geometry-array.ts';
import { gridOptions } from '../formats/filegdb-grid.ts';
import type { OutputSchema } from '../formats/output-schema.ts';
import { mapInfoFieldName } from '../formats/mapinfo-names.ts';
import { uniqueName } from '../formats/unique-name.ts';
import { countPdfFeatures } from './count-pdf-features.ts';
import { countTabRows } from './count-tab-rows.ts';
import type { OgrRecipe } from './ogr-recipe.ts';
import type { StreamColumn } from './stream-column.ts';

const names = (schema: OutputSchema): string[] => schema.fields.map(({ name }) => name);
const lco = (options: Readonly<Record<string, string>>): string[] =>
  Object.entries(options).flatMap(([name, value]) => ['-lco', `${name}=${value}`]);

/** What most formats have in common. */
const usual = {
  splitsFamilies: false,
  needs: [],
  geometry: 'kept',
  hasZ: true,
  hasM: false,
  attributes: 'kept',
  asTexts: [],
  hasNulls: true,
  hasBlobs: true,
  integers: 'int64',
  maxText: null,
  isXml: false,
  layerName: ({ name }: OutputSchema) => name,
} as const;

const fileGeodatabase: OgrRecipe = {
  ...usual,
  mimetype: 'applicaton/x-ogc-filegdb',
  label: 'File Geodatabase',
  driver: 'OpenFileGDB',
  extension: 'gdb',
  splitsFamilies: true,
  hasM: true,
  integers: 'int32',
  // Wire contract, section 13: the title, with an underscore for all that is neither letter nor digit.
  layerName: ({ title }) => title.replaceAll(/[^\p{L}\p{N}]/gu, '_').slice(0, 120) || 'layer',
  args: ({ schema }) => {
    const fid = uniqueName('OBJECTID', names(schema));
    const shape = uniqueName('SHAPE', [...names(schema), fid]);
    const options = { FID: fid, LAYER_ALIAS: schema.title };
    return lco(
      schema.geometry === null ? options : { ...options, GEOMETRY_NAME: shape, ...gridOptions(schema) },
    );
  },
  readBack: { args: [], ownFields: [], keepsCount: true },
};

/**
 * Bytes of a block of a `.map`, as MapInfo itself has had them since 15.2; every release reads them. With its default of
 * 512 GDAL seeks through the file so much that it takes a quarter longer.
 */
const tabBlockBytes = 16_384;

const mapInfoTab: OgrRecipe = {
  ...usual,
  mimetype: 'application/x-ogc-mapinfo_file',
  label: 'MapInfo',
  driver: 'MapInfo File',
  extension: 'tab',
  needs: ['bounds', 'charset'],
  hasZ: false,
  hasNulls: false,
  integers: 'int32',
  maxText: 254,
  maxFields: 250,
  hasBlobs: false,
  fieldName: mapInfoFieldName,
  args: ({ envelope, charset }) => [
    '-dsco',
    'FORMAT=TAB',
    '-dsco',
    `BLOCKSIZE=${tabBlockBytes}`,
    ...lco({ ...encoding(charset), ...(envelope !== null && { BOUNDS: bounds(envelope) }) }),
  ],
  readBack: { args: [], ownFields: [], keepsCount: false, count: countTabRows },
};

function encoding(charset: string | null): Record<string, string> {
  return charset === null ? {} : { ENCODING: charset };
}

/** A TAB keeps coordinates as integers between its bounds: the tighter they are, the finer. */
function bounds([minX, minY, maxX, maxY]: Envelope): string {
  const margin = Math.max((maxX - minX) / 100, (maxY - minY) / 100, Math.abs(maxX) * 1e-9, 1e-6);
  return [minX - margin, minY - margin, maxX + margin, maxY + margin].join(',');
}

const gml: OgrRecipe = {
  ...usual,
  mimetype: 'application/gml+xml',
  realDigits: 15,
  hasBlobs: false,
  label: 'GML',
  driver: 'GML',
  extension: 'gml',
  isXml: true,
  // The name of an element, such as GDAL writes them.
  layerName: ({ name }) => name.replaceAll('-', '_').replace(/^(?=\d)/, '_'),
  args: () => ['-dsco', 'FORMAT=GML3.2'],
  readBack: { args: ['-oo', 'WRITE_GFS=NO'], ownFields: ['gml_id'], keepsCount: false },
};

const xlsx: OgrRecipe = {
  ...usual,
  mimetype: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  realDigits: 15,
  label: 'Excel',
  driver: 'XLSX',
  extension: 'xlsx',
  geometry: 'as-text',
  integers: 'digits15',
  // Excel's own limits: characters of a cell, rows of a sheet with its head, columns.
  maxText: 32_767,
  maxRows: 1_048_575,
  maxFields: 16_384,
  isXml: true,
  // The name of a sheet.
  layerName: ({ title }) =>
    title
      .replaceAll(/[[\]:*?/\\'\p{Cc}]/gu, ' ')
      .trim()
      .slice(0, 31) || 'layer',
  args: () => [],
  readBack: {
    // As open options they are known from GDAL 3.8 on. Left to itself, GDAL takes the head of a sheet of texts for a row.
    args: ['--config', 'OGR_XLSX_HEADERS', 'FORCE', '--config', 'OGR_XLSX_FIELD_TYPES', 'AUTO'],
    ownFields: [],
    keepsCount: true,
  },
};

const dxf: OgrRecipe = {
  ...usual,
  mimetype: 'image/vnd.dxf',
  label: 'DXF',
  driver: 'DXF',
  extension: 'dxf',
  geometry: 'required',
  attributes: 'dropped',
  layerName: () => 'entities',
  // Outlines: polygons would be filled with black.
  extraColumns: ({ name }, color) => [
    { ...constantColumn, name: 'Layer', values: { constant: name } },
    styleColumn(color),
  ],
  // It has no multipoints, and all else that is multiple is several shapes anyway.
  args: () => ['--config', 'DXF_WRITE_HATCH', 'NO', '-explodecollections'],
  readBack: { args: [], ownFields: [], keepsCount: false },
};

/** One page with the layer's outlines and, for whoever clicks at one, its attributes. */
const pdf: OgrRecipe = {
  ...usual,
  mimetype: 'application/pdf',
  label: 'PDF',
  driver: 'PDF',
  extension: 'pdf',
  geometry: 'required',
  hasZ: false,
  asTexts: ['integer64', 'real', 'date', 'datetime'],
  hasBlobs: false,
  realDigits: 15,
  // What readers show in their list of layers.
  layerName: ({ title }) => title.replaceAll(/\p{Cc}/gu, ' ').trim() || 'layer',
  extraColumns: (_, color) => [styleColumn(color)],
  args: () => [],
  refusal: {
    words: 'Cannot compute spatial extent of features',
    meaning:
      'A PDF is a page as wide and as high as the extent of its features, and these are all in one place, or on one line to the north or to the east. Choose another format.',
  },
  readBack: {
    args: [],
    ownFields: [],
    keepsCount: false,
    count: countPdfFeatures,
    skipsFields: true,
    // Its page ends at the extent of the features, less what rounding takes (GDAL 3.6).
    leavesOut: 'places on the very edge of the page',
  },
};

const constantColumn = { field: null, type: 'text', width: null, role: 'attribute' } as const;

/** How features are drawn: as outlines, as areas would be filled with black or grey. */
function styleColumn(color = '#000000'): StreamColumn {
  return { ...constantColumn, name: 'style', values: { constant: `PEN(c:${color})` }, role: 'style' };
}

/** The formats that `ogr2ogr` writes for us, where this machine's GDAL has their drivers. */
export const ogrRecipes: readonly OgrRecipe[] = [fileGeodatabase, mapInfoTab, gml, xlsx, dxf, pdf];

/** The recipe of a mimetype; undefined where there is none. */
export function findRecipe(mimetype: string): OgrRecipe | undefined {
  return ogrRecipes.find((recipe) => recipe.mimetype === findFormat(mimetype)?.mimetype);
}
