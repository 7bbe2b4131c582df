import type { ReactNode } from 'react';
/** Placeholder until the map. */
export function MapPanel(): ReactNode {
  return <div className="map-frame" />;
}
