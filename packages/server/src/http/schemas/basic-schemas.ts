import { type Kind, kinds, type MultiPolygon, type Polygon } from '@outcrop/contract';
import { z } from 'zod';

import type { WireSchema } from './wire-schema.ts';

/** An address on this site, in the version that was asked. */
export const addressSchema = z.url().meta({ description: 'An address on this site, in the version asked.' });

/** A time: ISO 8601, UTC, microseconds. */
export const timeSchema = z.iso.datetime().meta({ example: '2026-04-20T22:31:19.242850Z' });

/** A number of bytes. */
export const bytesSchema = z.int().min(0).meta({ description: 'Bytes.' });

/** A kind of data. */
export const kindSchema = z.enum(kinds);

/** The code of a coordinate reference system. */
export const crsCodeSchema = z
  .string()
  .regex(/^EPSG:\d+$/)
  .meta({ description: 'Code of a coordinate reference system.', example: 'EPSG:2193' });

/** Mimetype by kind. */
export const formatsSchema = z
  .object(
    Object.fromEntries(kinds.map((kind) => [kind, z.string().optional()])) as Record<
      Kind,
      z.ZodOptional<z.ZodString>
    >,
  )
  .meta({
    id: 'Formats',
    description: 'A mimetype for each kind of data.',
    example: { vector: 'application/x-ogc-gpkg', table: 'text/csv' },
  });

const positionSchema = z.array(z.number()).min(2).meta({ description: 'Longitude, latitude; degrees.' });
const ringSchema = z
  .array(positionSchema)
  .min(4)
  .meta({ description: 'Closed: the last position is the first.' });

/** GeoJSON Polygon. */
export const polygonSchema = z.object({ type: z.literal('Polygon'), coordinates: z.array(ringSchema) }).meta({
  id: 'Polygon',
  description: 'GeoJSON Polygon (RFC 7946), EPSG:4326.',
}) satisfies WireSchema<Polygon>;

/** GeoJSON MultiPolygon. */
export const multiPolygonSchema = z
  .object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ringSchema)) })
  .meta({
    id: 'MultiPolygon',
    description:
      'GeoJSON MultiPolygon (RFC 7946), EPSG:4326; longitudes run beyond 180 across the antimeridian.',
  }) satisfies WireSchema<MultiPolygon>;
