import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Crs } from '../crs/crs.ts';
import { esriWkt } from '../crs/esri-wkt.ts';
import { runGdal } from '../gdal/run-gdal.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { type PixelGrid, toMap, windowGrid } from './pixel-grid.ts';
import type { RasterPiece, RasterPlan } from './raster-plan.ts';

/** Writes what goes with each file so that more programs can place it: world file, `.prj`, MapInfo `.tab`. */
export class Sidecars {
  readonly #plan: RasterPlan;
  /** Null where none is written. */
  readonly #prj: string | null;
  /** MapInfo's name of the CRS, null where it has none; undefined where no `.tab` is written. */
  readonly #tabSystem: string | null | undefined;

  private constructor(
    plan: RasterPlan,
    { prj, tabSystem }: { prj: string | null; tabSystem?: string | null },
  ) {
    this.#plan = plan;
    this.#prj = prj;
    this.#tabSystem = tabSystem;
  }

  /** Finds out once what is the same in all files of an item. */
  static async prepare(item: PlannedItem, plan: RasterPlan): Promise<Sidecars> {
    const { format, target } = plan;
    const hasPrj = format.worldFile !== undefined;
    const prj = hasPrj ? (esriWkt(target) ?? (await gdalText('wkt_esri', target))) : null;
    if (item.options.raster?.includeRasterTab !== true) return new Sidecars(plan, { prj });
    return new Sidecars(plan, { prj, tabSystem: await gdalText('mapinfo', target) });
  }

  async write(piece: RasterPiece, output: string): Promise<void> {
    const { format } = this.#plan;
    const stem = output.slice(0, -format.extension.length);
    const grid = windowGrid(piece.grid, piece.cut.window);
    if (format.worldFile !== undefined) await writeFile(`${stem}${format.worldFile}`, worldFile(grid));
    if (this.#prj !== null) await writeFile(`${stem}prj`, this.#prj);
    if (this.#tabSystem === undefined) return;
    await writeFile(`${stem}tab`, rasterTab(basename(output), grid, this.#tabSystem));
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
