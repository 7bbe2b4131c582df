/**
 * What happens to features on the edge of the region (`options.crop_mode`, an extension of ours):
 * `clip` cuts them, `intersects` keeps them whole, `within` leaves them out.
 */
export const cropModes = ['clip', 'intersects', 'within'] as const;

/** One of the crop modes. `clip` is what Koordinates does, and the default. */
export type CropMode = (typeof cropModes)[number];
