/** The programs of GDAL that the engine runs. */
export type GdalProgram =
  | 'gdal_translate'
  | 'gdaladdo'
  | 'gdalbuildvrt'
  | 'gdalinfo'
  | 'gdal_rasterize'
  | 'gdalsrsinfo'
  | 'gdaltindex'
  | 'gdaltransform'
  | 'gdalwarp'
  | 'ogr2ogr'
  | 'ogrinfo';

/** A call of a program, as builders make it: plain data, so that commands are tested without GDAL. */
export interface GdalCommand {
  readonly program: GdalProgram;
  /** Each is one argument of the program: no shell sees them. Paths are absolute, but for what is written. */
  readonly args: readonly string[];
  /**
   * The drivers that may open or write anything, by GDAL's short names. All others are switched off for this call,
   * those that reach a network or a database or run SQL first of all. A name that GDAL does not have is no mistake.
   * Empty for a program that opens no data.
   */
  readonly drivers: readonly string[];
  /**
   * Where the program writes: the product is then named without its folder. In a path with a folder that has `.zip`, `.kmz` or
   * `.xlsx` in its name, drivers whose files are zips (XLSX, KMLSUPEROVERLAY) would take that folder for the zip (GDAL 3.6).
   */
  readonly outputFolder?: string;
  /** Whether the program tells on stdout how far it is: `0...10...20`. Its other output is then not kept. */
  readonly tellsProgress?: boolean;
}

/** A command as a person reads it in a message. It is never run in this form. */
export function commandText({ program, args }: Pick<GdalCommand, 'program' | 'args'>): string {
  const words = args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`));
  return [program, ...words].join(' ');
}
