/** What is wrong with a site folder or its `outcrop.yaml`, in words for the person who runs the site. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
}
