import type { ItemChoices } from './item-choices.ts';

/** The choices of an item as part of an address: `color:003399,size:2,tab:yes,tile:BX15`. */
export function encodeChoices(choices: ItemChoices): string {
  const { color, includeGeometryField, tiles, rasterResolutionMultiplier, includeRasterTab, scaleToBytes } =
    choices;
  const parts: readonly (readonly [string, string | null])[] = [
    ['color', color?.slice(1) ?? null],
    ['wkt', yesNo(includeGeometryField)],
    ['size', rasterResolutionMultiplier === undefined ? null : String(rasterResolutionMultiplier)],
    ['tab', yesNo(includeRasterTab)],
    ['bytes', yesNo(scaleToBytes)],
    ...(tiles ?? []).map((tile) => ['tile', encodeURIComponent(tile)] as const),
  ];
  return parts
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}:${value}`)
    .join(',');
}

/** Reads them from any text; null where a part cannot be understood. */
export function decodeChoices(text: string): ItemChoices | null {
  const parts = text.split(',').map(decodePart);
  if (parts.includes(null)) return null;
  const tiles = parts.flatMap((part) => part?.tiles ?? []);
  const others = Object.assign({}, ...parts) as ItemChoices;
  return tiles.length === 0 ? others : { ...others, tiles };
}

/** A multiplier of the size of pixels as someone wrote it; undefined where the site would not take it. */
export function readMultiplier(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text.trim().replace(',', '.'));
  return value >= 0.01 && value <= 10_000 ? value : undefined;
}

function decodePart(part: string): ItemChoices | null {
  const at = part.indexOf(':');
  const [name, value] = [part.slice(0, at), part.slice(at + 1)];
  const isYes = value === 'yes';
  switch (name) {
    case 'color':
      return /^[\da-f]{6}$/i.test(value) ? { color: `#${value.toLowerCase()}` } : null;
    case 'wkt':
      return { includeGeometryField: isYes };
    case 'tab':
      return { includeRasterTab: isYes };
    case 'bytes':
      return { scaleToBytes: isYes };
    case 'size': {
      const multiplier = readMultiplier(value);
      return multiplier === undefined ? null : { rasterResolutionMultiplier: multiplier };
    }
    case 'tile':
      return decodeTile(value);
    default:
      return null;
  }
}

function decodeTile(value: string): ItemChoices | null {
  try {
    const tile = decodeURIComponent(value);
    return tile === '' ? null : { tiles: [tile] };
  } catch {
    return null;
  }
}

function yesNo(value: boolean | undefined): string | null {
  if (value === undefined) return null;
  return value ? 'yes' : 'no';
}
