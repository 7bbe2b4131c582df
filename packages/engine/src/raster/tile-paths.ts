import { join } from 'node:path';

/** Where the files of one piece are while it is made. */
export interface TilePaths {
  /** The finished file; what GDAL writes beside it has its name in front. */
  readonly output: string;
  /** A file for work in between. */
  readonly work: (name: string) => string;
}

/** Names of what is in between: none of them comes from outside. */
export function tilePaths(
  folder: string,
  workFolder: string,
  file: { name: string; extension: string; index: number },
): TilePaths {
  return {
    output: join(folder, `${file.name}.${file.extension}`),
    work: (name) => join(workFolder, `${file.index}-${name}`),
  };
}
