import type { RasterKind } from '../source/layer.ts';
import type { RasterFormat } from './raster-formats.ts';
import { hasAlpha, isPaletted, type RasterTile, valueBands } from './raster-tile.ts';

/**
 * How an output says which of its pixels are none: those outside the region, beside the source, or without data in
 * it.
 */
export type Voids =
  /** Every pixel has a value. */
  | { readonly how: 'none' }
  /** By an alpha band: the source's, or a new one. */
  | { readonly how: 'alpha'; readonly isNew: boolean }
  /** By a value: the source's, or a new one. As GDAL writes it. */
  | { readonly how: 'nodata'; readonly value: string; readonly isNew: boolean }
  /** By a mask in the file or beside it. */
  | { readonly how: 'mask' }
  /** Not at all: they are 0, like others may be. */
  | { readonly how: 'nothing' };

/** What the choice depends on. */
export interface VoidFacts {
  readonly format: RasterFormat;
  readonly kind: RasterKind;
  /** Whether any output has pixels that are none, beyond those that the source has. */
  readonly makesVoids: boolean;
}

/** Chooses how the outputs of an item say which pixels are none; the same way for all of its tiles. */
export function chooseVoids(tiles: readonly RasterTile[], { format, kind, makesVoids }: VoidFacts): Voids {
  const nodata = commonNodata(tiles);
  const canSay = (how: RasterFormat['voids'][number]): boolean => format.voids.includes(how);
  if (tiles.some(hasAlpha)) {
    if (canSay('alpha')) return { how: 'alpha', isNew: !tiles.every(hasAlpha) };
    return canSay('mask') ? { how: 'mask' } : { how: 'nothing' };
  }
  if (nodata !== null && canSay('nodata')) return { how: 'nodata', value: nodata, isNew: false };
  const hasMask = tiles.some(({ bands }) => bands.some(({ mask }) => mask === 'dataset'));
  if (hasMask && canSay('mask')) return { how: 'mask' };
  if (!makesVoids && nodata === null && !hasMask) return { how: 'none' };
  if (isImage(tiles, kind) && canSay('alpha')) return { how: 'alpha', isNew: true };
  if (canSay('nodata')) return { how: 'nodata', value: unusedValue(tiles, kind), isNew: true };
  if (canSay('mask')) return { how: 'mask' };
  return canSay('alpha') ? { how: 'alpha', isNew: true } : { how: 'nothing' };
}

/** The nodata value of all bands; null where they have none, or have several. */
function commonNodata(tiles: readonly RasterTile[]): string | null {
  const values = new Set(tiles.flatMap(({ bands }) => bands.map(({ nodata }) => nodata)));
  const [only] = values;
  return values.size === 1 && only !== undefined ? only : null;
}

/** Grey or colour in 8 or 16 bits: what an alpha band can go with. */
function isImage(tiles: readonly RasterTile[], kind: RasterKind): boolean {
  return (
    kind === 'raster' &&
    tiles.every((tile) => {
      const values = valueBands(tile);
      const isGreyOrColour = values.length === 1 || values.length === 3;
      return (
        isGreyOrColour &&
        !isPaletted(tile) &&
        values.every(({ type }) => type === 'Byte' || type === 'UInt16')
      );
    })
  );
}

/** Whether pixels of a tile may be none. */
export function hasVoids({ bands }: RasterTile): boolean {
  return bands.some(({ mask }) => mask !== 'none');
}

/** Whether they may be so by something else than an alpha band or a certain nodata value. */
export function hasOtherVoids({ bands }: RasterTile, nodata: string | null): boolean {
  return bands.some(({ mask, nodata: own }) => mask === 'dataset' || (mask === 'nodata' && own !== nodata));
}

/** Others, for small types whose values may all be used; the first that no pixel has is taken. */
const candidates: Readonly<Record<string, readonly number[]>> = {
  Byte: [255, 0],
  UInt16: [65_535, 0],
  Int16: [-32_768, 32_767, -9999],
};

/** Types of which a new nodata value must be compared with the pixels. */
export function mustCheckNodata(voids: Voids, type: string, kind: RasterKind): boolean {
  return voids.how === 'nodata' && voids.isNew && kind !== 'raster' && candidates[type] !== undefined;
}

/** A new nodata value that lies outside the range of the values; the first choice where there is no such. */
export function nodataOutside(type: string, [least, greatest]: readonly [number, number]): Voids {
  const own = candidates[type] ?? [];
  const value = own.find((one) => one < least || one > greatest) ?? own[0] ?? -9999;
  return { how: 'nodata', value: String(value), isNew: true };
}

/** Values that seldom mean anything, by the type of the values. */
const unusedValues: Readonly<Record<string, string>> = {
  Byte: '255',
  Int8: '-128',
  UInt16: '65535',
  Int16: '-32768',
  UInt32: '4294967295',
  Int32: '-2147483648',
};

/** A value to mark pixels without data, where the source has none: black for pictures. */
export function unusedValue(tiles: readonly RasterTile[], kind: RasterKind): string {
  const type = tiles[0]?.bands[0]?.type ?? 'Byte';
  return kind === 'raster' && !tiles.some(isPaletted) ? '0' : (unusedValues[type] ?? '-9999');
}
