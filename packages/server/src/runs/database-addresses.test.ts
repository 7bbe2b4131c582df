import type { ExportPlan } from '@outcrop/engine';
import { expect, test } from 'vitest';

import { withAddresses, withoutAddresses } from './database-addresses.ts';

const connection = 'postgres://exporter:secret@db.example.org/cadastre';
const table = { connection, schema: 'land', relation: 'parcels', fields: [] };
const plan = {
  name: 'both',
  items: [
    { item: 'layers/1', layer: { id: 1, title: 'Parcels', source: table } },
    {
      item: 'layers/2',
      layer: { id: 2, title: 'Roads', source: { path: '/data/roads.gpkg', table: 'roads' } },
    },
  ],
} as unknown as ExportPlan;

test('a plan is kept without addresses, and is what it was when they are looked up again', () => {
  const kept = withoutAddresses(plan);
  expect(JSON.stringify(kept)).not.toContain('secret');
  expect(withAddresses(kept, () => ({ connection, table: 'land.parcels' }))).toEqual(plan);
});

test('an address that has changed meanwhile is the one that is used', () => {
  const moved = 'postgres://exporter:other@new.example.org/cadastre';
  const { items } = withAddresses(withoutAddresses(plan), () => ({
    connection: moved,
    table: 'land.parcels',
  }));
  expect(items[0]?.layer.source).toMatchObject({ connection: moved });
});

test.each([null, { connection, table: 'land.roads' }])('a layer that is %j now is refused', (address) => {
  expect(() => withAddresses(withoutAddresses(plan), () => address)).toThrow(
    '"Parcels" is no longer the table land.parcels in outcrop.yaml; ask for the export again.',
  );
});
