import type { verifyArchive as VerifyArchive } from './archive/verify-archive.ts';
import type { producibleFormats as ProducibleFormats } from './gdal-formats/producible-formats.ts';
import type { importFile as ImportFile } from './import/import-file.ts';
import type { describePostgisTable as DescribePostgisTable } from './postgis/describe-table.ts';
import type { pictureRaster as PictureRaster } from './preview/raster-picture.ts';
import type { readArchiveMember as ReadArchiveMember } from './preview/read-member.ts';
import type { readShapes as ReadShapes } from './preview/read-shapes.ts';
import type { summariseRaster as SummariseRaster } from './raster/raster-summary.ts';
import type { runInProcess as RunInProcess } from './run/run-in-process.ts';
import type { readCropFeature as ReadCropFeature } from './source/crop-features.ts';

/** What an export does not need is loaded when it is first called: `outcrop run` would wait for it otherwise. */

/** @see archive/verify-archive.ts */
export const verifyArchive: typeof VerifyArchive = async (...given) =>
  (await import('./archive/verify-archive.ts')).verifyArchive(...given);

/** @see gdal-formats/producible-formats.ts */
export const producibleFormats: typeof ProducibleFormats = async (...given) =>
  (await import('./gdal-formats/producible-formats.ts')).producibleFormats(...given);

/** @see import/import-file.ts */
export const importFile: typeof ImportFile = async (...given) =>
  (await import('./import/import-file.ts')).importFile(...given);

/** @see postgis/describe-table.ts */
export const describePostgisTable: typeof DescribePostgisTable = async (...given) =>
  (await import('./postgis/describe-table.ts')).describePostgisTable(...given);

/** @see preview/raster-picture.ts */
export const pictureRaster: typeof PictureRaster = async (...given) =>
  (await import('./preview/raster-picture.ts')).pictureRaster(...given);

/** @see preview/read-member.ts */
export const readArchiveMember: typeof ReadArchiveMember = async (...given) =>
  (await import('./preview/read-member.ts')).readArchiveMember(...given);

/** @see preview/read-shapes.ts */
export const readShapes: typeof ReadShapes = async (...given) =>
  (await import('./preview/read-shapes.ts')).readShapes(...given);

/** @see raster/raster-summary.ts */
export const summariseRaster: typeof SummariseRaster = async (...given) =>
  (await import('./raster/raster-summary.ts')).summariseRaster(...given);

/** @see run/run-in-process.ts */
export const runInProcess: typeof RunInProcess = async (...given) =>
  (await import('./run/run-in-process.ts')).runInProcess(...given);

/** @see source/crop-features.ts */
export const readCropFeature: typeof ReadCropFeature = async (...given) =>
  (await import('./source/crop-features.ts')).readCropFeature(...given);
