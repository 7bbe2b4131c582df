import { readdir } from 'node:fs/promises';
import { extname, join, parse, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type GeoPackageTable, importableExtensions } from '@outcrop/engine';

import type { Engine } from '../engine.ts';
import { readableTitle } from './readable-title.ts';
import type { LayerConfig } from './site-config.ts';

/** A layer that a scan found, before it has an id. */
export type FoundLayer = Omit<Partial<LayerConfig>, 'id'> & { readonly file: string; readonly title: string };

/** Data that a scan found and that cannot be a layer. */
export interface SkippedSource {
  /** Relative to the site folder. */
  readonly path: string;
  readonly table: string | null;
  readonly reason: string;
}

/** What a scan of a folder found. */
export interface FolderScan {
  readonly found: readonly FoundLayer[];
  readonly skipped: readonly SkippedSource[];
}

/** Images that say where they are only through a world file, and the endings of those. */
const worldFileExtensions: Readonly<Record<string, readonly string[]>> = {
  '.jpg': ['.jgw', '.jpgw', '.wld'],
  '.jpeg': ['.jgw', '.jpegw', '.wld'],
  '.png': ['.pgw', '.pngw', '.wld'],
};

/** Looks for geodata in a folder and below. Hidden folders, `node_modules` and links are left out. */
export async function scanFolder(folder: URL, engine: Engine): Promise<FolderScan> {
  const files = await listFiles(folder, '');
  const names = new Set(files.map((file) => file.toLowerCase()));
  const found: FoundLayer[] = [];
  const skipped: SkippedSource[] = [];
  for (const file of files) {
    const extension = extname(file).toLowerCase();
    if (extension === '.gpkg') {
      const scan = scanGeoPackage(join(fileURLToPath(folder), file), file, engine);
      found.push(...scan.found);
      skipped.push(...scan.skipped);
    } else if (extension === '.asc') {
      found.push({ file, title: readableTitle(parse(file).name), kind: 'grid' });
    } else if (isRaster(file, extension, names)) {
      found.push({ file, title: readableTitle(parse(file).name), kind: 'raster' });
    } else if (isImportable(file, names)) {
      const reason = `it is not a GeoPackage; bring it in with outcrop import ${JSON.stringify(file)} --site`;
      skipped.push({ path: file, table: null, reason });
    }
  }
  return { found, skipped };
}

function scanGeoPackage(path: string, file: string, engine: Engine): FolderScan {
  try {
    const { tables, skipped } = engine.listGeoPackageTables(path);
    return {
      found: tables.map((table) => describeTable(table, file)),
      skipped: skipped.map(({ table, reason }) => ({ path: file, table, reason })),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { found: [], skipped: [{ path: file, table: null, reason }] };
  }
}

function describeTable(table: GeoPackageTable, file: string): FoundLayer {
  const nameField = cropNameField(table);
  return {
    title: readableTitle(table.identifier?.trim() || table.table),
    file,
    table: table.table,
    kind: table.kind,
    ...(table.description?.trim() ? { description: table.description.trim() } : {}),
    ...(nameField === null ? {} : { crop_layer: true, name_field: nameField }),
  };
}

/** Polygons with a name can be picked as an extent. */
function cropNameField(table: GeoPackageTable): string | null {
  const type = table.geometry?.type;
  if (type !== 'POLYGON' && type !== 'MULTIPOLYGON') {
    return null;
  }
  const field = table.fields.find(
    ({ name, type: fieldType }) => fieldType === 'text' && /^(name|title)$/i.test(name),
  );
  return field?.name ?? null;
}

/** Vector data and tables of other formats. Text files are left alone, and what goes with another file. */
function isImportable(file: string, names: ReadonlySet<string>): boolean {
  const extension = extname(file).toLowerCase();
  const stem = file.slice(0, -extension.length).toLowerCase();
  if (!importableExtensions.includes(extension) || ['.txt', '.json', '.zip'].includes(extension)) return false;
  if (extension === '.dbf') return !names.has(`${stem}.shp`);
  return extension !== '.mid' || !names.has(`${stem}.mif`);
}

function isRaster(file: string, extension: string, names: ReadonlySet<string>): boolean {
  if (extension === '.tif' || extension === '.tiff') {
    return true;
  }
  const stem = file.slice(0, -extension.length).toLowerCase();
  return (worldFileExtensions[extension] ?? []).some((ending) => names.has(stem + ending));
}

async function listFiles(folder: URL, below: string): Promise<string[]> {
  const entries = await readdir(join(fileURLToPath(folder), below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    const path = posix.join(below, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
      files.push(...(await listFiles(folder, path)));
    } else if (entry.isFile() && !entry.name.startsWith('.')) {
      files.push(path);
    }
  }
  return files;
}
