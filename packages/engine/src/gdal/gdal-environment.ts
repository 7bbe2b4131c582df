import { childEnvironment } from '../child-environment.ts';

/** How much of the machine a program may take. */
export interface GdalResources {
  /** Bytes of GDAL's block cache. Default 256 MiB. */
  readonly cacheBytes?: number;
  /** Bytes of its address space at the most, where the system is Linux. Unbounded by default. */
  readonly memoryBytes?: number;
  /** Threads of GDAL's own. Default 1. */
  readonly threads?: number;
  /** Folder for its temporary files; it exists. */
  readonly temporaryFolder?: string;
}

/** Bytes of a program's block cache where nothing else is asked. */
export const defaultCacheBytes = 256 * 1024 ** 2;

/** A port on which nothing answers ("discard"): what tries the network all the same fails at once. */
const deadProxy = 'http://127.0.0.1:9';

/**
 * What keeps a program to the files it is given: no network (`/vsicurl/` and its relatives may open no name at all, and
 * whatever gets past that goes to a dead proxy), no Python in a VRT, no raw bytes of any file as pixels, and none of the
 * configuration and credentials that a home folder holds.
 */
const confinement = {
  CPL_VSIL_CURL_ALLOWED_FILENAME: '/none',
  GDAL_HTTP_PROXY: deadProxy,
  GDAL_HTTPS_PROXY: deadProxy,
  GDAL_HTTP_CONNECTTIMEOUT: '1',
  GDAL_HTTP_MAX_RETRY: '0',
  CPL_AWS_AUTODETECT_EC2: 'NO',
  CPL_GCE_CHECK_LOCAL_FILES: 'NO',
  GDAL_VRT_ENABLE_PYTHON: 'NO',
  GDAL_VRT_ENABLE_RAWRASTERBAND: 'NO',
  GDAL_CONFIG_FILE: '',
  PROJ_NETWORK: 'OFF',
} as const;

/**
 * Keeps glibc from asking the kernel for the memory of each block of pixels, and from giving it back: this is most of the
 * kernel's time in copying a raster. Other libraries do not know these names.
 */
const allocator = {
  MALLOC_MMAP_THRESHOLD_: String(1024 ** 3),
  MALLOC_TRIM_THRESHOLD_: String(4 * 1024 ** 3),
  MALLOC_TOP_PAD_: String(64 * 1024 ** 2),
} as const;

/** The environment of one call. `skipped` are the drivers that it must not use. */
export function gdalEnvironment(
  skipped: readonly string[],
  resources: GdalResources = {},
): NodeJS.ProcessEnv {
  const { HOME: _home, ...kept } = childEnvironment();
  const { cacheBytes = defaultCacheBytes, threads = 1, temporaryFolder } = resources;
  return {
    ...kept,
    ...confinement,
    ...allocator,
    // GDAL reads up to 100,000 as megabytes, and more as bytes.
    GDAL_CACHEMAX: String(Math.max(Math.round(cacheBytes), 100_001)),
    GDAL_NUM_THREADS: String(threads),
    ...(temporaryFolder !== undefined && { CPL_TMPDIR: temporaryFolder, TMPDIR: temporaryFolder }),
    // With a comma in it the list is split at commas only, as some drivers have a space in their names.
    ...(skipped.length > 0 && { GDAL_SKIP: `${skipped.join(',')},` }),
  };
}
