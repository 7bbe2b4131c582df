/** The SHA-256 of a `Repr-Digest` header (RFC 9530), in hex; null where it has none. */
export function readDigest(header: string | null): string | null {
  const encoded = /(?:^|,)\s*sha-256\s*=\s*:([A-Za-z0-9+/]{43}=):/.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  return Array.from(atob(encoded), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
