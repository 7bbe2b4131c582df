/** Who made an export (wire contract, section 5.3). A site of ours knows holders of tokens, by the name of the token. */
export interface WireUser {
  /** 0 for the person at the machine of a site that needs no token. */
  readonly id: number;
  readonly url: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly country: string;
  readonly geotag: string;
  readonly email: string;
  readonly is_locked: boolean;
  readonly is_site_admin: boolean;
  readonly seat_type: string;
  /** ISO 8601, UTC; null where it is not known. */
  readonly date_joined: string | null;
}
