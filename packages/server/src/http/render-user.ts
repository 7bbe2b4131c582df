import { adminScope, type WireUser } from '@outcrop/contract';

import { type Caller, hasScope } from '../tokens/caller.ts';

/** Who asks, as `v1.x` shows the maker of an export. What a site does not know of people is empty. */
export function renderUser(caller: Caller, apiRoot: URL): WireUser {
  const id = caller.tokenId ?? 0;
  return {
    id,
    url: new URL(`users/${id}/`, apiRoot).href,
    first_name: caller.name,
    last_name: '',
    country: '',
    geotag: '',
    email: '',
    is_locked: false,
    is_site_admin: hasScope(caller, adminScope),
    seat_type: '',
    date_joined: caller.createdAt,
  };
}
