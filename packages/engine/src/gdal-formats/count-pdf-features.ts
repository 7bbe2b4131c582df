import { readFileSync } from 'node:fs';

/** How GDAL's driver marks the element of a page's structure that is a feature. */
const featureMark = '/S /feature /T (';

/** How many features are in the structure of a PDF that GDAL wrote; it compresses what is drawn, and nothing of this. */
export function countPdfFeatures(path: string): number {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = bytes.indexOf(featureMark); at >= 0; at = bytes.indexOf(featureMark, at + 1)) count += 1;
  return count;
}
