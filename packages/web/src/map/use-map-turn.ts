import { useEffect, useState } from 'react';

import { useCatalogue } from '../catalogue/use-catalogue.ts';
import { whenIdle } from '../parts/when-idle.ts';

/** When the map comes even though the list has not: a slow site keeps nobody from drawing an area. */
const latestMs = 2000;

/** Whether the map may be made: once the list can be used, as the map takes as long as all the rest. */
export function useMapTurn(): boolean {
  const { isPending } = useCatalogue();
  const [isTurn, setTurn] = useState(false);
  useEffect(() => {
    if (isTurn) return undefined;
    if (!isPending) return whenIdle(() => setTurn(true), 300);
    const timer = setTimeout(() => setTurn(true), latestMs);
    return () => clearTimeout(timer);
  }, [isPending, isTurn]);
  return isTurn;
}
