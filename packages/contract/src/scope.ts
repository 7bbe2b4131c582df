/** The scopes of a token that the Exports API and what it needs ask for (wire contract, section 2). */
export const scopes = ['exports:read', 'exports:write', 'layers:read'] as const;

/** A scope of a token. */
export type Scope = (typeof scopes)[number];
