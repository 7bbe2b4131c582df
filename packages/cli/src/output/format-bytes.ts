const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** A size for people: 999 bytes, 1.5 kB, 23.0 MB. Powers of 1000, as disks and downloads are sold. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes;
  let unit = '';
  for (const next of units) {
    if (value < 1000) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}
