/**
 * The environment of GDAL's programs: the search path, where GDAL and PROJ keep their data, and nothing else: no
 * credentials, no network.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, GDAL_DATA, PROJ_LIB, PROJ_DATA, LD_LIBRARY_PATH } = process.env;
  const kept = { PATH, HOME, LANG, GDAL_DATA, PROJ_LIB, PROJ_DATA, LD_LIBRARY_PATH };
  const known = Object.entries(kept).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), PROJ_NETWORK: 'OFF' };
}
