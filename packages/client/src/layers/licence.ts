/** The licence of a layer. */
export interface Licence {
  readonly id: number;
  readonly title: string;
  /** Such as `cc-by`. */
  readonly type: string;
  readonly jurisdiction?: string | null;
  readonly version?: string | null;
  readonly url: string | null;
  readonly urlHtml: string | null;
}
