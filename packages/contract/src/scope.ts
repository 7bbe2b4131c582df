/** The scopes of a token that the Exports API and what it needs ask for (wire contract, section 2). */
export const scopes = ['exports:read', 'exports:write', 'layers:read'] as const;

/** A scope of a token. */
export type Scope = (typeof scopes)[number];

/** What the endpoints for operators ask for: a scope of ours, which no operation of the Exports API takes. */
export const adminScope = 'admin';

/** Every scope that a token can have. */
export const tokenScopes = [...scopes, adminScope] as const;

/** A scope that a token can have. */
export type TokenScope = (typeof tokenScopes)[number];
