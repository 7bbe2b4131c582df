import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { EngineError, type ImportedLayer, type ImportOptions, slugify } from '@outcrop/engine';

import { type Engine, outcropEngine } from '../engine.ts';
import { initSite, type InitResult } from './init-site.ts';
import { sitePaths } from './site-paths.ts';

/** What is imported into a site, and how. */
export interface SiteImport extends Pick<
  ImportOptions,
  'crs' | 'encoding' | 'layers' | 'x' | 'y' | 'signal' | 'onProgress'
> {
  readonly folder: URL;
  /** Paths on this machine. */
  readonly files: readonly string[];
  /** Import again what was imported before: its GeoPackage is replaced, its layers keep their ids. */
  readonly replace?: boolean | undefined;
}

/** What came of it. */
export interface SiteImportResult extends Pick<InitResult, 'configFile'> {
  readonly imported: readonly (ImportedLayer & { readonly file: string })[];
  readonly skipped: readonly {
    readonly source: string;
    readonly layer: string | null;
    readonly reason: string;
  }[];
}

/**
 * Imports files into a site: each becomes a GeoPackage in its folder, named after the file, and its layers and tables
 * are added to `outcrop.yaml`, which is written where there is none. A file is there whole or not at all.
 *
 * @throws EngineError where nothing can be imported, or the only file cannot; one of several that cannot is skipped.
 */
export async function importIntoSite(
  { folder, files, replace = false, ...options }: SiteImport,
  engine: Engine = outcropEngine,
): Promise<SiteImportResult> {
  const paths = sitePaths(folder);
  const imported: (ImportedLayer & { file: string })[] = [];
  const skipped: SiteImportResult['skipped'][number][] = [];
  for (const file of files) {
    const workFolder = join(fileURLToPath(paths.work), `import-${randomUUID()}`);
    await mkdir(workFolder, { recursive: true });
    try {
      const target = join(workFolder, 'imported.gpkg');
      const report = await engine.importFile(resolve(file), { ...options, target, workFolder });
      skipped.push(...report.skipped);
      if (report.layers.length === 0) continue;
      const name = await fileName(fileURLToPath(paths.folder), file, replace);
      await rename(target, join(fileURLToPath(paths.folder), name));
      imported.push(...report.layers.map((layer) => ({ ...layer, file: name })));
    } catch (error) {
      if (files.length === 1 || !isOfTheFile(error)) throw error;
      skipped.push({ source: basename(file), layer: null, reason: error.message });
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }
  const { configFile } = await initSite(folder, engine);
  return { configFile, imported, skipped };
}

/** Whether it is about one file, and says nothing of the others. */
function isOfTheFile(error: unknown): error is EngineError {
  const codes: readonly string[] = ['gdal-failed', 'source-corrupt', 'source-unavailable'];
  return error instanceof EngineError && codes.includes(error.code);
}

/** A name after the file, which no other has, unless that is to be replaced. */
async function fileName(folder: string, file: string, replace: boolean): Promise<string> {
  const slug = slugify(basename(file).replace(/(\.[a-z0-9]{1,10}){1,2}$/i, ''));
  for (let number = 1; ; number++) {
    const name = `${slug}${number === 1 ? '' : `-${number}`}.gpkg`;
    if (replace) return name;
    const isFree = await access(join(folder, name)).then(
      () => false,
      () => true,
    );
    if (isFree) return name;
  }
}
