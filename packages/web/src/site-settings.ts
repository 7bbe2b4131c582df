/** What the site says of itself in the page: it is the only thing that is known before the first request. */
export interface SiteSettings {
  readonly title: string;
  readonly publisher: string;
  /** The address that people and programs use; ends in `/`. */
  readonly root: string;
  /** Whether nothing can be done without a key. */
  readonly needsKey: boolean;
  /** Corners that a region may have. */
  readonly maxVertices: number;
  readonly maxItems: number;
  /** How long a complete export can be downloaded; null for ever. */
  readonly keepDays: number | null;
  /** How far from now the end of that can be put. */
  readonly maxKeepDays: number;
}

function read(): SiteSettings {
  const text = document.querySelector('#site-settings')?.textContent ?? '';
  const fallback: SiteSettings = {
    title: 'Outcrop',
    publisher: '',
    root: document.baseURI,
    needsKey: false,
    maxVertices: 10_000,
    maxItems: 100,
    keepDays: null,
    maxKeepDays: 90,
  };
  return text.trim() === '' ? fallback : { ...fallback, ...(JSON.parse(text) as Partial<SiteSettings>) };
}

/** The settings of the site that served this page. */
export const siteSettings: SiteSettings = read();
