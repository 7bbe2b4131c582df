import { studyArea } from '../data/study-area.ts';
import type { BenchRow } from '../rows/row.ts';
import type { RegionFile } from './region-file.ts';

/** The options of a conversion, with the pre-filter by the index that a careful user gives before the cut. */
export function gdalArguments({ format, epsg }: BenchRow, region: RegionFile | null): readonly string[] {
  return [
    '-f',
    format.driver,
    ...(epsg === studyArea.epsg ? [] : ['-t_srs', `EPSG:${epsg}`]),
    ...format.layerOptions.flatMap((option) => ['-lco', option]),
    ...(region === null ? [] : ['-spat', ...region.box.map(String), '-clipsrc', region.path]),
  ];
}
