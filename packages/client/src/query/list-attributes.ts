import type { CamelName } from './wire-name.ts';

/** What can be said of one attribute: one value, or several of which any will do. */
type OneOrMore<Value> = Value | readonly Value[] | undefined;

/**
 * Conditions on a list: all of them must hold. Attributes may be written in the SDK's names or in those of the wire:
 * `createdAtGte` or `'created_at.gte'`.
 */
export type Filter<Attributes extends object> = {
  readonly [Name in keyof Attributes]?: OneOrMore<Attributes[Name]>;
} & {
  readonly [Name in keyof Attributes & string as CamelName<Name>]?: OneOrMore<Attributes[Name]>;
};

/** An attribute to order a list by, in either spelling; with a minus for the other way round. */
export type Order<Name extends string> = `${'' | '-'}${Name | CamelName<Name>}`;

/** The attributes of a list, in the names of the wire. */
export interface ListAttributes<Attributes extends object, Name extends string> {
  readonly filters: readonly (keyof Attributes & string)[];
  readonly orders: readonly Name[];
}
