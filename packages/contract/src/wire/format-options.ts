import type { Kind } from '../kind.ts';

/** One format a kind can be exported in. */
export interface WireFormatChoice {
  readonly value: string;
  readonly display_name: string;
}

/** The choices of one kind. */
export interface WireFormatField {
  readonly type: 'choice';
  readonly required: boolean;
  readonly read_only: boolean;
  readonly label: string;
  readonly choices: readonly WireFormatChoice[];
}

/** Body of `OPTIONS /exports/` (wire contract, section 5.6). `actions` is absent for callers who may not create. */
export interface WireFormatOptions {
  readonly name: string;
  readonly description: string;
  readonly renders: readonly string[];
  readonly parses: readonly string[];
  readonly expansions?: readonly string[];
  readonly actions?: {
    readonly POST: {
      readonly formats: {
        readonly type: 'nested object';
        readonly required: boolean;
        readonly read_only: boolean;
        readonly label: string;
        readonly children: Readonly<Partial<Record<Kind, WireFormatField>>>;
      };
    };
  };
}
