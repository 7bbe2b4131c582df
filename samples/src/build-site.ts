import { copyFile, mkdir } from 'node:fs/promises';

import { writeBlueMarble } from './blue-marble.ts';
import { writeCities } from './cities.ts';
import { writeCountries } from './countries.ts';
import { writeEarthquakes } from './earthquakes.ts';
import { writeMaungaWhau } from './maunga-whau.ts';

const site = new URL('../site/', import.meta.url);

await mkdir(site, { recursive: true });
await writeCountries(new URL('countries.gpkg', site));
writeCities(new URL('cities.gpkg', site));
writeEarthquakes(new URL('earthquakes.gpkg', site));
await writeMaungaWhau(new URL('maunga-whau.asc', site));
await writeBlueMarble(new URL('blue-marble.jpg', site));
await copyFile(new URL('../outcrop.yaml', import.meta.url), new URL('outcrop.yaml', site));
