import { createHash } from 'node:crypto';

import { maxDepth } from './request-body.ts';

/** SHA-256 of what a JSON body says, in hexadecimal: spaces and the order of keys do not matter. */
export function bodyFingerprint(body: unknown): string {
  return createHash('sha256').update(canonical(body, maxDepth)).digest('hex');
}

/** What is deeper than any body that is taken is not followed: it cannot equal one that was. */
function canonical(value: unknown, levels: number): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  if (levels === 0) {
    return '...';
  }
  if (Array.isArray(value)) {
    return `[${value.map((one) => canonical(one, levels - 1)).join(',')}]`;
  }
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one, levels - 1)}`);
  return `{${members.join(',')}}`;
}
