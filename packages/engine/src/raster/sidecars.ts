import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Crs } from '../crs/crs.ts';
import { esriWkt } from '../crs/esri-wkt.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { type PixelGrid, toMap, windowGrid } from './pixel-grid.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';

/** Writes what goes with a file so that more programs can place it: world file, `.prj`, MapInfo `.tab`. */
export async function writeSidecars(
  item: PlannedItem,
  { plan, piece, output }: { plan: RasterPlan; piece: RasterPiece; output: string },
): Promise<void> {
  const stem = output.slice(0, -plan.format.extension.length);
  const grid = windowGrid(piece.grid, piece.cut.window);
  if (plan.format.worldFile !== undefined) {
    await writeFile(`${stem}${plan.format.worldFile}`, worldFile(grid));
    const wkt = esriWkt(plan.target) ?? (await gdalText('wkt_esri', plan.target));
    if (wkt !== null) await writeFile(`${stem}prj`, wkt);
  }
  if (item.options.raster?.includeRasterTab === true) {
    const system = await gdalText('mapinfo', plan.target);
    await writeFile(`${stem}tab`, rasterTab(basename(output), grid, system));
  }
}

/** Size, rotation and the centre of the first pixel, one number on each line. */
export function worldFile(grid: PixelGrid): string {
  const [, dx, rx, , ry, dy] = grid.transform;
  const [x, y] = toMap(grid, 0.5, 0.5);
  return `${[dx, ry, rx, dy, x, y].join('\n')}\n`;
}

/** MapInfo's description of a picture: its corners as control points. */
export function rasterTab(file: string, grid: PixelGrid, coordinateSystem: string | null): string {
  const { width, height } = grid;
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ] as const;
  const points = corners.map(([column, row], index) => {
    const [x, y] = toMap(grid, column, row);
    return `  (${x},${y}) (${column},${row}) Label "Pt ${index + 1}"`;
  });
  const isDegrees = coordinateSystem?.startsWith('Earth Projection 1,') === true;
  const system = coordinateSystem === null ? '' : `  CoordSys ${coordinateSystem}\n`;
  return `!table\n!version 300\n!charset WindowsLatin1\n\nDefinition Table\n  File "${file}"\n  Type "RASTER"\n${points.join(',\n')}\n${system}  Units "${isDegrees ? 'degree' : 'm'}"\n`;
}

/** A CRS in the words of another program, by GDAL; null where it has none. */
async function gdalText(dialect: 'mapinfo' | 'wkt_esri', crs: Crs): Promise<string | null> {
  const command = { program: 'gdalsrsinfo', args: ['-o', dialect, crs.code], drivers: [] } as const;
  const { stdout } = await runGdal(command, { toleratesErrors: true }).catch(() => ({ stdout: '' }));
  const text = stdout
    .trim()
    .replaceAll(/^'|'$/g, '')
    .replaceAll(/\s*\n\s*/g, '');
  return text === '' ? null : text;
}
