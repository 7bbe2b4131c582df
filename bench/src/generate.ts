import { parseArgs } from 'node:util';

import { prepareSite } from './data/prepare-site.ts';

const { values } = parseArgs({
  options: {
    parcels: { type: 'string', default: '500000' },
    points: { type: 'string', default: '0' },
    lines: { type: 'string', default: '0' },
  },
});
const site = await prepareSite(new URL('../data/', import.meta.url), {
  parcels: count('parcels', values.parcels),
  addresses: count('points', values.points),
  streams: count('lines', values.lines),
});
console.log(site.folder.href);

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`--${name} is ${text}; give a whole number`);
}
