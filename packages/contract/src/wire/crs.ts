/** A coordinate reference system as `v1.x` bodies show it; `v1` bodies have only its code (wire contract, section 5.3). */
export interface WireCrs {
  /** `EPSG:n`. */
  readonly id: string;
  readonly url: string;
  readonly name: string;
  /** `projected`, `geographic 2D`. */
  readonly kind: string;
  /** `metre`, `degree`, ... */
  readonly unit_horizontal: string;
  /** Empty where the system has no heights. */
  readonly unit_vertical: string;
  readonly url_external: string;
  /** Parts of a compound system; null where it is none. */
  readonly component_horizontal: WireCrs | null;
  readonly component_vertical: WireCrs | null;
  /** The number of the code. */
  readonly srid: number;
}
