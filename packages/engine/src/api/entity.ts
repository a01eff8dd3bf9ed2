// The one model that both representations of the API are written from.

/** Numbers are integers, unless wrapped as `decimal`. Dates are epoch milliseconds, wrapped. */
export type Value =
  | string
  | number
  | boolean
  | { readonly kind: 'decimal'; readonly value: number }
  | { readonly kind: 'date'; readonly epochMs: number }
  | List
  | Entity;

/** Several values under one wrapper, for example `pm_proxies` of `pm_proxy`. */
export interface List {
  readonly kind: 'list';
  /** Element name of each item. */
  readonly item: string;
  readonly items: readonly Value[];
}

export interface Link {
  readonly href: string;
  readonly rel: string;
}

export interface Entity {
  readonly kind: 'entity';
  readonly id?: string;
  readonly href?: string;
  readonly links?: readonly Link[];
  readonly actions?: readonly Link[];
  /** In output order. Undefined members and empty texts are left out (libgovirt warns of them). */
  readonly members: Readonly<Record<string, Value | undefined>>;
}

/** A root of an answer: one entity, or a collection. */
export type Document =
  | { readonly kind: 'entity'; readonly name: string; readonly entity: Entity }
  | {
      readonly kind: 'collection';
      /** For example `hosts`, with items `host`. */
      readonly name: string;
      readonly item: string;
      readonly entities: readonly Entity[];
    };

/** Shorthand for an entity without id, href and links. */
export function group(members: Entity['members']): Entity {
  return { kind: 'entity', members };
}
