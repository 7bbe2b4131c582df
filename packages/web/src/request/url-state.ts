import { cropModes, type CropMode, formats, type Kind, kinds } from '@outcrop/contract';

import { asBox, type Box, boxPolygons, cornerCount, type Polygons } from '../area/polygons.ts';
import { type Area, type Draft, emptyDraft, type ItemKey } from './draft.ts';
import { decodeChoices, encodeChoices } from './encoded-choices.ts';
import { decodeRing, encodeRing } from './encoded-ring.ts';
import { keepShape, recallShape } from './kept-shapes.ts';
import { keepText, recallText } from './kept-texts.ts';

/** Larger shapes do not go into an address; the tab keeps them. */
const mostCornersInAddress = 60;
/** Longer addresses are cut by programs that they are sent with; the tab keeps the parts that do not fit. */
const mostCharacters = 2000;
/** What is kept first where not all fits: options, fields, the area, the items. */
const keptFirst = ['o', 'x', 'a', 'i'];

/** A draft read from an address, and the names of the parts that could not be understood. */
export interface ReadDraft {
  readonly draft: Draft;
  readonly dropped: readonly string[];
}

/** The query of the page's address for a draft: `i=l3,t7&a=box:170,-48,190,-34&crs=2193&f=vector:gpkg`. */
export function writeDraft(draft: Draft): string {
  const parts: [string, string][] = [];
  if (draft.items.length > 0) parts.push(['i', draft.items.join(',')]);
  const area = writeArea(draft.area);
  if (area !== null) parts.push(['a', area]);
  if (draft.crs !== null) parts.push(['crs', draft.crs.replace(/^EPSG:/, '')]);
  const chosen = Object.entries(draft.formats).map(([kind, mimetype]) => `${kind}:${formatCode(mimetype)}`);
  if (chosen.length > 0) parts.push(['f', chosen.join(',')]);
  if (draft.cropMode !== 'clip') parts.push(['m', draft.cropMode]);
  for (const [item, fields] of Object.entries(draft.fields)) {
    parts.push(['x', `${item}:${fields.map(encodeURIComponent).join(',')}`]);
  }
  for (const [item, choices] of Object.entries(draft.choices)) {
    parts.push(['o', `${item}:${encodeChoices(choices)}`]);
  }
  if (draft.mosaic) parts.push(['mosaic', 'yes']);
  if (draft.name !== '') parts.push(['n', draft.name]);
  return parts.length === 0 ? '' : `?${fitting(parts)}`;
}

/** Whether an address that `writeDraft` made is too short for all of its choices: this tab keeps the others. */
export function isShortened(query: string): boolean {
  return /[?&]k=/.test(query);
}

/** Whether an address that `writeDraft` made holds all of its request, or only this tab does. */
export function carriesAll(query: string): boolean {
  return !isShortened(query) && !/[?&]a=\w+-local:/.test(query);
}

/** Parts as a query that is not too long: what does not fit is kept, and `k` is the name of that. */
function fitting(parts: readonly (readonly [string, string])[]): string {
  let [query, kept] = [written(parts), ''];
  for (let many = 1; query.length > mostCharacters && many <= keptFirst.length; many++) {
    const isKept = ([name]: readonly [string, string]): boolean => keptFirst.slice(0, many).includes(name);
    kept = written(parts.filter(isKept));
    const rest = parts.filter((part) => !isKept(part));
    query = written([...rest, ['k', 'x'.repeat(20)]]);
    if (query.length <= mostCharacters) query = written([...rest, ['k', keepText(kept)]]);
  }
  return query;
}

function written(parts: readonly (readonly [string, string])[]): string {
  const readable = (text: string): string =>
    encodeURIComponent(text).replaceAll(/%2C|%3A/g, decodeURIComponent);
  return parts.map(([name, value]) => `${name}=${readable(value)}`).join('&');
}

/** Reads a draft from any query. What cannot be understood is left out and named. */
export function readDraft(search: string): ReadDraft {
  const query = new URLSearchParams(search);
  const dropped: string[] = [];
  const name = query.get('k');
  const kept = name === null ? null : recallText(name);
  if (name !== null && kept === null) dropped.push(`k=${name.slice(0, 40)}`);
  for (const [part, value] of new URLSearchParams(kept ?? '')) query.append(part, value);
  const take = <T>(name: string, read: (text: string) => T | null, otherwise: T): T => {
    const text = query.get(name);
    if (text === null) return otherwise;
    const value = read(text);
    if (value === null) dropped.push(`${name}=${text.slice(0, 40)}`);
    return value ?? otherwise;
  };
  const draft: Draft = {
    items: take('i', readItems, []),
    area: take<Area>('a', readArea, { mode: 'all' }),
    crs: take<string | null>('crs', (text) => (/^[1-9]\d{0,6}$/.test(text) ? `EPSG:${text}` : null), null),
    formats: take('f', readFormats, {}),
    name: query.get('n')?.slice(0, 200) ?? '',
    cropMode: take<CropMode>('m', (text) => cropModes.find((mode) => mode === text) ?? null, 'clip'),
    fields: readFields(query.getAll('x')),
    choices: readChoices(query.getAll('o'), dropped),
    mosaic: take('mosaic', (text) => (text === 'yes' ? true : null), false),
  };
  return { draft, dropped };
}

/** Whether two drafts ask for the same. */
export function isEmptyDraft(draft: Draft): boolean {
  return writeDraft(draft) === writeDraft(emptyDraft);
}

function readItems(text: string): ItemKey[] | null {
  const items = text.split(',').filter((item): item is ItemKey => /^[lt][1-9]\d{0,9}$/.test(item));
  return items.length === 0 ? null : [...new Set(items)];
}

function readFields(texts: readonly string[]): Draft['fields'] {
  const entries = texts.flatMap((text) => {
    const match = /^([lt][1-9]\d{0,9}):(.+)$/.exec(text);
    return match === null ? [] : [[match[1], match[2]!.split(',').map(safelyDecoded)] as const];
  });
  return Object.fromEntries(entries) as Draft['fields'];
}

function readChoices(texts: readonly string[], dropped: string[]): Draft['choices'] {
  const entries = texts.flatMap((text) => {
    const match = /^([lt][1-9]\d{0,9}):(.+)$/.exec(text);
    const choices = match === null ? null : decodeChoices(match[2]!);
    if (match !== null && choices !== null) return [[match[1], choices] as const];
    dropped.push(`o=${text.slice(0, 40)}`);
    return [];
  });
  return Object.fromEntries(entries) as Draft['choices'];
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function formatCode(mimetype: string): string {
  const format = formats.find((one) => one.mimetype === mimetype);
  if (format === undefined) return mimetype;
  const isFirst = formats.find((one) => one.shortCode === format.shortCode) === format;
  return isFirst ? format.shortCode.toLowerCase() : `${format.shortCode.toLowerCase()}-2`;
}

function readFormats(text: string): Draft['formats'] | null {
  const entries = text.split(',').flatMap((part) => {
    const [kind, code] = part.split(':');
    const format = formats.find((one) => formatCode(one.mimetype) === code);
    return kinds.includes(kind as Kind) && format !== undefined ? [[kind, format.mimetype]] : [];
  });
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Draft['formats']);
}

function writeArea(area: Area): string | null {
  if (area.mode === 'all') return null;
  if (area.mode === 'named') {
    return area.layerId === null ? 'named' : `cf:${[area.layerId, ...area.featureIds].join('.')}`;
  }
  if (area.polygons.length === 0) return area.mode;
  const box = asBox(area.polygons);
  if (box !== null) return `${area.mode}-box:${box.map((value) => Number(value.toFixed(6))).join(',')}`;
  const ring = area.polygons.length === 1 && area.polygons[0]?.length === 1 ? area.polygons[0][0] : undefined;
  if (ring !== undefined && cornerCount(area.polygons) <= mostCornersInAddress) {
    return `${area.mode}-poly:${encodeRing(ring)}`;
  }
  return `${area.mode}-local:${keepShape(area.polygons)}`;
}

function readArea(text: string): Area | null {
  if (text === 'named') return { mode: 'named', layerId: null, featureIds: [] };
  const named = /^cf:(\d{1,10})((?:\.\d{1,16})*)$/.exec(text);
  if (named !== null) {
    const featureIds = named[2]!.split('.').filter(Boolean).map(Number);
    return { mode: 'named', layerId: Number(named[1]), featureIds };
  }
  const shape = /^(draw|box|file)(?:-(box|poly|local):(.+))?$/.exec(text);
  if (shape === null) return null;
  const mode = shape[1] as 'draw' | 'box' | 'file';
  if (shape[2] === undefined) return { mode, polygons: [] };
  const polygons = readPolygons(shape[2], shape[3] ?? '');
  return polygons === null ? null : { mode, polygons };
}

function readPolygons(form: string, text: string): Polygons | null {
  if (form === 'local') return recallShape(text);
  if (form === 'poly') {
    const ring = decodeRing(text);
    return ring === null ? null : [[ring]];
  }
  const box = text.split(',').map(Number);
  const [west = NaN, south = NaN, east = NaN, north = NaN] = box;
  const isBox =
    box.length === 4 && west < east && south < north && Math.abs(south) <= 90 && Math.abs(north) <= 90;
  return isBox && west >= -540 && east <= 540 ? boxPolygons(box as unknown as Box) : null;
}
