import { InvalidArgumentError } from 'commander';

/** Reads `Crop layer/Feature`; what it stands for is for the site to say. */
export function parseCropFeature(text: string): string {
  if (text.includes('/')) return text;
  throw new InvalidArgumentError('Write "Crop layer/Feature", such as "Countries/New Zealand".');
}
