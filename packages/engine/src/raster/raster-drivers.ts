/**
 * The drivers that may read a site's rasters: formats in files, in the packaged GDAL and in builds with more. What
 * reaches a network or a database, runs SQL, or is a description of other data is not among them, but for VRTs, whose
 * sources are checked first.
 */
export const sourceDrivers = [
  'GTiff', 'COG', 'HFA', 'JPEG', 'JP2OpenJPEG', 'JP2KAK', 'JP2ECW', 'JP2MrSID', 'JPEGXL', 'ECW', 'MrSID', 'PNG', 'GIF', 'BMP',
  'WEBP', 'AAIGrid', 'GRASSASCIIGrid', 'AIG', 'VRT', 'KEA', 'ENVI', 'EHdr', 'ISCE', 'GenBin', 'ERS', 'ILWIS', 'RST', 'SAGA',
  'GSAG', 'GSBG', 'GS7BG', 'NWT_GRD', 'NWT_GRC', 'SRTMHGT', 'DTED', 'USGSDEM', 'GRIB', 'BAG', 'PCRaster', 'XYZ', 'NITF',
  'SDTS', 'BT', 'TERRAGEN', 'PNM', 'RRASTER', 'R', 'ZMap', 'SIGDEM', 'BYN', 'NGSGEOID', 'GTX', 'LAN', 'MFF', 'RMF', 'BSB', 'MAP', 'OZI',
] as const; // prettier-ignore

/** Those of them that get to a row by reading all rows before it. */
export const orderedDrivers: ReadonlySet<string> = new Set([
  'JPEG', 'PNG', 'GIF', 'JPEGXL', 'WEBP', 'AAIGrid', 'GRASSASCIIGrid', 'GSAG', 'XYZ', 'ZMap',
]); // prettier-ignore

/** What one may make of rasters in between. */
export const workDrivers = ['GTiff', 'VRT', 'MEM'] as const;

/** Endings of files that are rasters by themselves. */
export const rasterExtensions = [
  '.tif', '.tiff', '.jp2', '.j2k', '.img', '.vrt', '.asc', '.kea', '.hgt', '.dem', '.ecw', '.sid', '.dt0', '.dt1', '.dt2', '.bag', '.grd',
] as const; // prettier-ignore

/** Endings of files that are rasters if something beside them says so. */
export const companionExtensions: Readonly<Record<string, readonly string[]>> = {
  '.jpg': ['.jgw', '.jpgw', '.wld', '.jpg.aux.xml'],
  '.jpeg': ['.jgw', '.jpegw', '.wld', '.jpeg.aux.xml'],
  '.png': ['.pgw', '.pngw', '.wld', '.png.aux.xml'],
  '.flt': ['.hdr'],
  '.bil': ['.hdr'],
  '.bip': ['.hdr'],
  '.bsq': ['.hdr'],
};
