import { readdir } from 'node:fs/promises';
import { extname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type GeoPackageTable, importableExtensions } from '@outcrop/engine';

import type { Engine } from '../engine.ts';
import { readableTitle } from './readable-title.ts';
import { scanRasters } from './scan-rasters.ts';
import type { LayerConfig } from './site-config.ts';

/** A layer that a scan found, before it has an id. */
export type FoundLayer = Omit<Partial<LayerConfig>, 'id'> & { readonly file: string; readonly title: string };

/** Data that a scan found and that cannot be a layer. */
export interface SkippedSource {
  /** Relative to the site folder. */
  readonly path: string;
  readonly table: string | null;
  readonly reason: string;
  /** Whether `importIntoSite` may make a layer of it. */
  readonly isImportable?: true;
}

/** What a scan of a folder found. */
export interface FolderScan {
  readonly found: readonly FoundLayer[];
  readonly skipped: readonly SkippedSource[];
}

/**
 * Looks for geodata in a folder and below. Hidden folders, `node_modules` and links are left out.
 *
 * @param cacheFolder where the engine keeps what it finds out about the data
 */
export async function scanFolder(folder: URL, engine: Engine, cacheFolder: string): Promise<FolderScan> {
  const files = await listFiles(folder, '');
  const root = fileURLToPath(folder);
  const names = new Set(files.map((file) => file.toLowerCase()));
  const rasters = await scanRasters(files, { root, engine, cacheFolder });
  const found: FoundLayer[] = [...rasters.found];
  const skipped: SkippedSource[] = [...rasters.skipped];
  for (const file of files) {
    const extension = extname(file).toLowerCase();
    if (extension === '.gpkg') {
      const scan = scanGeoPackage(join(root, file), file, engine);
      found.push(...scan.found);
      skipped.push(...scan.skipped);
    } else if (isImportable(file, names)) {
      const reason = `it is not a GeoPackage; bring it in with outcrop import ${JSON.stringify(file)} --site`;
      skipped.push({ path: file, table: null, reason, isImportable: true });
    }
  }
  return { found: found.toSorted(byFile), skipped };
}

function byFile(a: FoundLayer, b: FoundLayer): number {
  return a.file === b.file ? 0 : a.file < b.file ? -1 : 1;
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
  if (!importableExtensions.includes(extension) || ['.txt', '.json', '.zip'].includes(extension))
    return false;
  if (extension === '.dbf') return !names.has(`${stem}.shp`);
  return extension !== '.mid' || !names.has(`${stem}.mif`);
}

async function listFiles(folder: URL, below: string): Promise<string[]> {
  const entries = await readdir(join(fileURLToPath(folder), below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    const path = posix.join(below, entry.name);
    if (entry.isDirectory() && /^[^.].*\.gdb$/i.test(entry.name)) {
      // A File Geodatabase is a folder, and one thing.
      files.push(path);
    } else if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
      files.push(...(await listFiles(folder, path)));
    } else if (entry.isFile() && !entry.name.startsWith('.')) {
      files.push(path);
    }
  }
  return files;
}
