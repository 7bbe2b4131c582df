import { resolve, sep } from 'node:path';
import { statSync } from 'node:fs';

import { type Command, Option } from '@commander-js/extra-typings';
import type { Client, Export, Extent, Formats, ItemOptions, RunProgress } from '@outcrop/client';
import { type CropMode, cropModes } from '@outcrop/contract';

import type { CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { findCropFeature } from '../options/find-crop-feature.ts';
import { findItem } from '../options/find-item.ts';
import { parseColor } from '../options/parse-color.ts';
import { parseCropFeature } from '../options/parse-crop-feature.ts';
import { parseFormat } from '../options/parse-format.ts';
import { addText } from '../options/parse-list.ts';
import { parseMultiplier } from '../options/parse-multiplier.ts';
import { readExtent } from '../options/read-extent.ts';
import { clientOptions, parseSite } from '../options/site-options.ts';
import { formatBytes } from '../output/format-bytes.ts';
import { printJson } from '../output/print-json.ts';
import { createProgress } from '../output/progress-display.ts';

interface ExportArguments {
  readonly url: string;
  readonly key?: string | undefined;
  readonly crs?: string | undefined;
  readonly format?: Formats | undefined;
  readonly extent?: string | undefined;
  readonly cropFeature?: string | undefined;
  readonly cropMode?: CropMode | undefined;
  readonly tile?: readonly string[] | undefined;
  readonly rasterResolutionMultiplier?: number | undefined;
  readonly mosaic?: true | undefined;
  readonly includeRasterTab?: true | undefined;
  readonly scaleToBytes?: true | undefined;
  readonly geometryField: boolean;
  readonly color?: string | undefined;
  readonly name?: string | undefined;
  readonly notifyWebhook?: string | undefined;
  readonly notifyEmail?: true | undefined;
  readonly to: string;
  readonly json: boolean;
}

/** `outcrop export`: exports layers of a site and downloads the archive. */
export function registerExport(program: Command, context: CommandContext): void {
  program
    .command('export')
    .description('export layers of a site and download the archive')
    .argument('<layers...>', 'ids or URLs of layers and tables')
    .requiredOption('--url <url>', 'address of the site', parseSite)
    .option('--key <key>', 'API key; better in the environment variable KOORDINATES_TOKEN')
    .option('--crs <crs>', 'coordinate reference system, such as EPSG:2193')
    .option(
      '--format <kind=format>',
      'format of a kind, such as vector=gpkg; repeat for several kinds',
      parseFormat,
    )
    .option('--extent <file>', 'GeoJSON file with the region, in EPSG:4326')
    .option(
      '--crop-feature <layer/feature>',
      'region of a crop layer, such as "Countries/New Zealand"',
      parseCropFeature,
    )
    .addOption(new Option('--crop-mode <mode>', 'what happens to features on the edge').choices(cropModes))
    .option('--tile <name>', 'tile to take, of images and grids; repeat for several', addText)
    .option(
      '--raster-resolution-multiplier <number>',
      'size of pixels, in those of the source: 2 is coarser',
      parseMultiplier,
    )
    .option('--mosaic', 'one image or grid of all tiles, instead of one for each')
    .option('--include-raster-tab', 'a MapInfo .tab with each image')
    .option('--scale-to-bytes', 'scale values of pixels to 0 to 255, where the format holds no others')
    .option('--no-geometry-field', 'leave the geometry out of CSV and Excel')
    .option('--color <#rrggbb>', 'colour of features in KML, DXF and PDF', parseColor)
    .option('--name <name>', 'name of the archive')
    .option('--notify-webhook <url>', 'address that the site posts to when the export ends')
    .option('--notify-email', 'have the site mail the address it has for the key when the export ends')
    .option('--to <folder>', 'folder for the archive', '.')
    .option('--json', 'print JSON', false)
    .action((layers, options) => runExport(layers, options, context));
}

async function runExport(
  layers: readonly string[],
  options: ExportArguments,
  context: CommandContext,
): Promise<void> {
  if (options.format === undefined) throw usageFailure('Say which format with --format, such as vector=gpkg');
  if (options.extent !== undefined && options.cropFeature !== undefined) {
    throw usageFailure('Use --extent or --crop-feature, not both');
  }
  const { terminal } = context;
  const signal = context.interruption();
  const folder = targetFolder(options.to, context);
  const client = await context.connect(options.url, clientOptions(options.key));
  const wanted = await describeExport({ client, layers, options }, context);
  const progress = await createProgress(terminal, { silent: options.json });
  const onProgress = (step: RunProgress): void => progress.update(...describeProgress(step));
  const result = await client.exports
    .run(wanted, { to: folder, signal, onProgress })
    .finally(() => progress.stop());
  for (const warning of wanted.warnings) terminal.note(`note: ${warning}`);
  if (options.json) {
    const { path, bytes, sha256 } = result;
    const { id, url, name, warnings } = wanted;
    printJson(terminal, { id, url, name, path, bytes, sha256, warnings });
  } else {
    terminal.print(`${result.path}: ${formatBytes(result.bytes)}, SHA-256 ${result.sha256}`);
  }
}

function targetFolder(to: string, { workingFolder }: CommandContext): string {
  const path = resolve(workingFolder, to);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path + sep;
  throw new CommandFailure([`The folder ${path} does not exist; create it, or name another with --to`]);
}

async function describeExport(
  { client, layers, options }: { client: Client; layers: readonly string[]; options: ExportArguments },
  context: CommandContext,
): Promise<Export> {
  const items = [];
  for (const layer of layers) items.push(await findItem(client, layer, context.interruption()));
  const { Export } = await import('@outcrop/client');
  const wanted = new Export({
    name: options.name,
    crs: options.crs,
    formats: options.format,
    extent: await findExtent(client, options, context),
    options: {
      ...(options.cropMode !== undefined && { cropMode: options.cropMode }),
      ...(options.mosaic !== undefined && { mosaic: options.mosaic }),
    },
    notify: { webhook: options.notifyWebhook, email: options.notifyEmail },
  });
  for (const item of items) wanted.addItem(item, itemOptions(options));
  return wanted;
}

/** What is said of every item; a site passes over what does not fit the kind of one. */
function itemOptions(options: ExportArguments): ItemOptions {
  return {
    tiles: options.tile,
    rasterResolutionMultiplier: options.rasterResolutionMultiplier,
    includeRasterTab: options.includeRasterTab,
    scaleToBytes: options.scaleToBytes,
    includeGeometryField: options.geometryField ? undefined : false,
    color: options.color,
  };
}

async function findExtent(
  client: Client,
  options: ExportArguments,
  context: CommandContext,
): Promise<Extent> {
  if (options.extent !== undefined) return readExtent(options.extent, context.workingFolder);
  if (options.cropFeature !== undefined)
    return findCropFeature(client, options.cropFeature, context.interruption());
  return null;
}

/** Fraction and words. The site's building and the download each go from 0 to 1, as no one knows how they compare. */
function describeProgress(step: RunProgress): [number | null, string] {
  if (step.step === 'build') return [step.progress, step.stage ?? step.state];
  const { bytes, totalBytes } = step;
  const fraction = totalBytes === null || totalBytes === 0 ? null : bytes / totalBytes;
  return [
    fraction,
    `downloading ${formatBytes(bytes)}${totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`}`,
  ];
}
