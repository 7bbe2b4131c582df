import type { CamelName } from './wire-name.ts';

/**
 * Conditions on a list: all of them must hold; of several values for one, any will do. Attributes may be written in the SDK's names or in those of the wire:
 * `createdAtGte` or `'created_at.gte'`.
 */
export type Filter<Attributes extends object> = {
  readonly [Name in keyof Attributes]?: Attributes[Name] | readonly Attributes[Name][] | undefined;
} & {
  readonly [Name in keyof Attributes & string as CamelName<Name>]?:
    | Attributes[Name]
    | readonly Attributes[Name][]
    | undefined;
};

/** An attribute to order a list by, in either spelling; with a minus for the other way round. */
export type Order<Name extends string> = `${'' | '-'}${Name | CamelName<Name>}`;

/** The attributes of a list, in the names of the wire. */
export interface ListAttributes<Attributes extends object, Name extends string> {
  readonly filters: readonly (keyof Attributes & string)[];
  readonly orders: readonly Name[];
}
