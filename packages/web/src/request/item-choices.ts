import type { ExportItem, ItemOptions, Layer } from '@outcrop/client';
import { type Kind, type Mimetype, wireMimetype, type WireItem } from '@outcrop/contract';

/** The options of an item that the form offers, with their names on the wire. */
const wireNames = {
  color: 'color',
  includeGeometryField: 'include_geometry_field',
  tiles: 'tiles',
  rasterResolutionMultiplier: 'raster_resolution_multiplier',
  includeRasterTab: 'include_raster_tab',
  scaleToBytes: 'scale_to_bytes',
} as const satisfies Partial<Record<keyof ItemOptions, keyof WireItem>>;

/** Name of an option of an item. */
export type OptionName = keyof typeof wireNames;

/** All of them, in the order in which the form shows them. */
export const optionNames = Object.keys(wireNames) as readonly OptionName[];

/** What was chosen for an item; what is absent is left to the site. */
export type ItemChoices = Readonly<Pick<ItemOptions, OptionName>>;

const coloured: readonly Mimetype[] = [
  'application/vnd.google-earth.kml+xml',
  'image/vnd.dxf',
  'application/pdf',
];
const geometryAsText: readonly Mimetype[] = [
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];
/** Formats that MapInfo cannot register by a `.tab` file beside them. */
const withoutTab: readonly Mimetype[] = ['application/vnd.google-earth.kml+xml', 'application/pdf'];
/** Formats for some types of values only, which take bytes. KML and PDF are scaled without being asked. */
const narrow: readonly Mimetype[] = [
  'image/jpeg',
  'image/jp2',
  'image/jp2;compression=lossless',
  'image/png',
];

/** Whether a kind is made of pixels. */
function isPixels(kind: string): boolean {
  return kind === 'raster' || kind === 'grid' || kind === 'rat';
}

/** Whether a layer is made of several tiles. */
export function isTiled(layer: Layer | undefined): boolean {
  return layer !== undefined && isPixels(layer.kind) && layer.data.tiles.length > 1;
}

/** The options that mean something for a layer in a format. */
export function offeredOptions(layer: Layer, mimetype: string): OptionName[] {
  const isOneOf = (list: readonly string[]): boolean => list.includes(wireMimetype(mimetype));
  const isRaster = isPixels(layer.kind);
  const isVector = layer.kind === ('vector' satisfies Kind);
  const offered: Readonly<Record<OptionName, boolean>> = {
    color: isVector && isOneOf(coloured),
    includeGeometryField: isVector && isOneOf(geometryAsText),
    tiles: isTiled(layer),
    rasterResolutionMultiplier: isRaster,
    includeRasterTab: isRaster && !isOneOf(withoutTab),
    scaleToBytes: isRaster && isOneOf(narrow) && layer.data.bands.some(({ type }) => type !== 'Byte'),
  };
  return optionNames.filter((name) => offered[name]);
}

/** Some choices without the others; what is undefined is left out. */
export function pickChoices(choices: ItemChoices, names: readonly OptionName[]): ItemChoices {
  return Object.fromEntries(
    names.filter((name) => choices[name] !== undefined).map((name) => [name, choices[name]]),
  );
}

/** An item of a request in the client's names. */
export function fromWireItem(wire: WireItem): ExportItem {
  const { item, fields } = wire;
  const choices = optionNames
    .filter((name) => wire[wireNames[name]] !== undefined)
    .map((name) => [name, wire[wireNames[name]]] as const);
  return { item, ...(fields === undefined ? {} : { fields }), ...Object.fromEntries(choices) };
}
