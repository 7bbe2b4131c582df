/** Whether the long profile runs: by a command of its own, not in every check. */
export const isFullProfile = process.env['OUTCROP_PROFILE'] === 'full';

/** One of two, by the profile. */
export function byProfile<T>(sizes: { readonly short: T; readonly full: T }): T {
  return isFullProfile ? sizes.full : sizes.short;
}
