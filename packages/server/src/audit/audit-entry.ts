import type { MultiPolygon } from '@outcrop/contract';

import type { AppEnvironment, RequestContext } from '../http/app-parts.ts';
import { remoteAddress, type TrustedProxies } from '../http/limits/remote-address.ts';

/** What is written down. */
export const auditActions = [
  'export-created',
  'export-cancelled',
  'export-kept',
  'export-downloaded',
  'export-refused',
  'download-refused',
  'token-created',
  'token-changed',
  'token-revoked',
  'login-link-created',
] as const;

/** A thing that is written down. */
export type AuditAction = (typeof auditActions)[number];

/** Who did it, and where from. */
export interface AuditActor {
  readonly tokenId: number | null;
  readonly tokenName: string;
  readonly requestId: string | null;
  readonly remoteAddress: string | null;
}

/** What was done. No token, no geometry: an extent is its box. */
export interface AuditFacts {
  readonly action: AuditAction;
  readonly exportId?: number | null;
  /** The token that was made, changed or revoked. */
  readonly subjectTokenId?: number | null;
  /** `layers/3/versions/7/`. */
  readonly items?: readonly string[];
  /** West, south, east, north: EPSG:4326. */
  readonly bbox?: readonly number[] | null;
  readonly crs?: string | null;
  /** Media types by kind. */
  readonly formats?: object | null;
  readonly bytes?: number | null;
  readonly detail?: string | null;
}

/** Whoever sends a request. */
export function requestActor(context: RequestContext, trustedProxies: TrustedProxies): AuditActor {
  const { tokenId, name } = context.get('caller');
  // There is no socket in process.
  const peer = (context.env as AppEnvironment['Bindings'] | undefined)?.incoming?.socket.remoteAddress;
  const address = remoteAddress(peer, context.req.header('X-Forwarded-For'), trustedProxies);
  return {
    tokenId,
    tokenName: name,
    requestId: context.get('requestId') ?? null,
    remoteAddress: address === '' ? null : address,
  };
}

/** The box of a geometry: west, south, east, north. Null where it has no corner. */
export function boxOf({ coordinates }: MultiPolygon): number[] | null {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = 0, y = 0] of coordinates.flat(2)) {
    box[0] = Math.min(box[0] ?? x, x);
    box[1] = Math.min(box[1] ?? y, y);
    box[2] = Math.max(box[2] ?? x, x);
    box[3] = Math.max(box[3] ?? y, y);
  }
  return box.every(Number.isFinite) ? box : null;
}
