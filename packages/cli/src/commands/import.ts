import { resolve } from 'node:path';

import type { Command } from '@commander-js/extra-typings';

import type { CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { folderUrl } from '../options/folder-url.ts';
import { describeImport } from '../output/describe-import.ts';
import { printJson } from '../output/print-json.ts';
import { createProgress } from '../output/progress-display.ts';

interface ImportArguments {
  readonly site: string;
  readonly crs?: string | undefined;
  readonly encoding?: string | undefined;
  readonly layer?: string[] | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly replace: boolean;
  readonly json: boolean;
}

/** `outcrop import`: brings data of other formats into a site. */
export function registerImport(program: Command, context: CommandContext): void {
  program
    .command('import')
    .description('bring data of other formats into a site, as GeoPackages')
    .argument(
      '<files...>',
      'Shapefiles, File Geodatabases, GeoJSON, CSV, KML, MapInfo and others, also in a .zip',
    )
    .requiredOption('--site <folder>', 'folder of the site; outcrop.yaml is written where there is none')
    .option('--crs <crs>', 'the CRS that the data are in, such as EPSG:2193, whatever they say')
    .option('--encoding <name>', 'the encoding of texts, such as windows-1252, whatever the data say')
    .option('--layer <names...>', 'only these layers; all if not given')
    .option('--x <column>', 'column of a CSV with the longitude or easting')
    .option('--y <column>', 'column of a CSV with the latitude or northing')
    .option('--replace', 'import again: replace the GeoPackage of the same name', false)
    .option('--json', 'print JSON', false)
    .action((files, options) => importFiles(files, options, context));
}

async function importFiles(
  files: readonly string[],
  { site, json, layer, ...options }: ImportArguments,
  context: CommandContext,
): Promise<void> {
  if ((options.x === undefined) !== (options.y === undefined)) throw usageFailure('Give both --x and --y');
  const { terminal, workingFolder } = context;
  const signal = context.interruption();
  const folder = folderUrl(site, workingFolder);
  const server = await context.loadServer();
  const progress = await createProgress(terminal, { silent: json });
  const result = await server
    .importIntoSite({
      ...options,
      folder,
      files: files.map((file) => resolve(workingFolder, file)),
      layers: layer,
      signal,
      onProgress: (fraction, name) => progress.update(fraction, name),
    })
    .finally(() => progress.stop());
  if (json) printJson(terminal, { imported: result.imported, skipped: result.skipped });
  else describeImport(terminal, result);
  if (result.imported.length === 0) throw new CommandFailure(['Nothing was imported']);
}
