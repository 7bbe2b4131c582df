import type { z } from 'zod';

/**
 * The type of a wire body as a schema states it: where a key may be absent, a schema cannot tell that from undefined.
 * Schemas say `satisfies WireSchema<...>`, so that one that drifts from the documented type does not compile.
 */
type Loose<T> = T extends readonly (infer Item)[]
  ? readonly Loose<Item>[]
  : T extends object
    ? { [Key in keyof T]: Loose<T[Key]> | (object extends Pick<T, Key> ? undefined : never) }
    : T;

/** A schema of a wire body. */
export type WireSchema<Wire> = z.ZodType<Loose<Wire>>;
