import { xmlText } from '../formats/xml-text.ts';
import type { PixelGrid, PixelWindow } from './pixel-grid.ts';

/** A band's place in a dataset, or its mask. */
export type BandName = number | `mask,${number}`;

/** Pixels of a dataset that come to lie somewhere in a VRT, unscaled. */
export interface VrtSource {
  readonly path: string;
  readonly band: BandName;
  /** In the dataset. */
  readonly from: PixelWindow;
  /** Upper left corner in the VRT. */
  readonly to: { readonly x: number; readonly y: number };
  /** Only pixels that the dataset's mask lets through; of a mask those that are let through. */
  readonly isMasked?: boolean;
  /** Values are multiplied by the first and the second is added. */
  readonly scale?: readonly [number, number];
}

/** The XML of a source. */
function sourceXml({ path, band, from, to, isMasked = false, scale }: VrtSource): string {
  const element = isMasked || scale !== undefined ? 'ComplexSource' : 'SimpleSource';
  return [
    `<${element}>`,
    `<SourceFilename relativeToVRT="0">${xmlText(path)}</SourceFilename>`,
    `<SourceBand>${band}</SourceBand>`,
    rectangle('SrcRect', from),
    rectangle('DstRect', { ...to, width: from.width, height: from.height }),
    isMasked ? maskXml(band) : '',
    scale === undefined ? '' : `<ScaleRatio>${scale[0]}</ScaleRatio><ScaleOffset>${scale[1]}</ScaleOffset>`,
    `</${element}>`,
  ].join('');
}

/** Of a mask those pixels that it lets through. */
function maskXml(band: BandName): string {
  return typeof band === 'number' ? '<UseMaskBand>true</UseMaskBand>' : '<NODATA>0</NODATA>';
}

function rectangle(name: string, { x, y, width, height }: PixelWindow): string {
  return `<${name} xOff="${x}" yOff="${y}" xSize="${width}" ySize="${height}"/>`;
}

/** A VRT that GDAL wrote of one dataset, with everything that its bands carry, to be given other sources. */
export class VrtTemplate {
  readonly #head: string;
  readonly #bands: readonly string[];

  constructor(xml: string) {
    const withoutMask = xml.replace(/<MaskBand>[\s\S]*<\/MaskBand>\s*/, '');
    const first = withoutMask.indexOf('<VRTRasterBand');
    this.#head = first < 0 ? withoutMask.replace(/<\/VRTDataset>\s*$/, '') : withoutMask.slice(0, first);
    this.#bands = withoutMask.match(/<VRTRasterBand[\s\S]*?<\/VRTRasterBand>/g) ?? [];
  }

  get bandCount(): number {
    return this.#bands.length;
  }

  /**
   * The VRT with other sources.
   *
   * @param sources of each band, from 1
   */
  write(
    sources: (band: number) => readonly VrtSource[],
    { extraBands = [], mask, grid, hidesAlpha = false }: VrtOptions = {},
  ): string {
    const bands = this.#bands.map((band, index) => {
      const bare = band
        .replace(/<(SimpleSource|ComplexSource)\b[\s\S]*<\/\1>/, '')
        .replace(/<Histograms>[\s\S]*?<\/Histograms>/, '');
      const own = sources(index + 1)
        .map(sourceXml)
        .join('');
      const named = hidesAlpha ? bare.replace('<ColorInterp>Alpha</ColorInterp>', '') : bare;
      return withoutStatistics(named).replace('</VRTRasterBand>', `${own}</VRTRasterBand>`);
    });
    const extra = extraBands.map(({ type, source }, index) =>
      bandXml(`band="${bands.length + index + 1}"`, { type, interpretation: 'Alpha', sources: source }),
    );
    const maskBand =
      mask === undefined
        ? ''
        : `<MaskBand>${bandXml('', { type: 'Byte', interpretation: null, sources: mask })}</MaskBand>`;
    return `${this.#headFor(grid)}${bands.join('')}${extra.join('')}${maskBand}</VRTDataset>`;
  }

  #headFor(grid: PixelGrid | undefined): string {
    if (grid === undefined) return this.#head;
    return this.#head
      .replace(/rasterXSize="\d+"/, `rasterXSize="${grid.width}"`)
      .replace(/rasterYSize="\d+"/, `rasterYSize="${grid.height}"`)
      .replace(/<GeoTransform>[^<]*</, `<GeoTransform>${grid.transform.join(',')}<`);
  }
}

/** What else than the bands of a template a VRT may have. */
export interface VrtOptions {
  /** Alpha bands behind the others. */
  readonly extraBands?: readonly { readonly type: string; readonly source: readonly VrtSource[] }[];
  readonly mask?: readonly VrtSource[];
  /** Where it lies and how large it is, if not as the template. */
  readonly grid?: PixelGrid;
  /** Whether alpha bands are bands like others: GDAL lets alpha through a mask as it is. */
  readonly hidesAlpha?: boolean;
}

function bandXml(
  attributes: string,
  {
    type,
    interpretation,
    sources,
  }: { type: string; interpretation: string | null; sources: readonly VrtSource[] },
): string {
  const colour = interpretation === null ? '' : `<ColorInterp>${interpretation}</ColorInterp>`;
  return `<VRTRasterBand dataType="${type}" ${attributes}>${colour}${sources.map(sourceXml).join('')}</VRTRasterBand>`;
}

/** A VRT of one band of bytes under a mask, without a place. */
export function maskedBandVrt(
  { width, height }: { readonly width: number; readonly height: number },
  sources: readonly VrtSource[],
  mask: readonly VrtSource[],
): string {
  const band = bandXml('band="1"', { type: 'Byte', interpretation: null, sources });
  const maskBand = bandXml('', { type: 'Byte', interpretation: null, sources: mask });
  return `<VRTDataset rasterXSize="${width}" rasterYSize="${height}">${band}<MaskBand>${maskBand}</MaskBand></VRTDataset>`;
}

/** Statistics of a tile are not those of what is made of it. */
function withoutStatistics(band: string): string {
  return band.replaceAll(/<MDI key="STATISTICS_[^"]*">[^<]*<\/MDI>\s*/g, '');
}
