import type { Layer, LayerSummary, Query } from '@outcrop/client';
import { replaceEqualDeep, useQuery, type UseQueryResult } from '@tanstack/react-query';

import { siteClient } from '../api/client.ts';
import { queryClient } from '../queries.ts';
import type { ItemKey } from '../request/draft.ts';

/** A layer or table in the catalogue: its name first, then the whole of it, of which `data` is part. */
export type CatalogueEntry = LayerSummary & Partial<Layer> & { readonly key: ItemKey };

/** Whether all of an entry has come. */
export function isInFull(entry: CatalogueEntry): entry is CatalogueEntry & Layer {
  return entry.data !== undefined;
}

/** The catalogue, or the beginning of it. */
export interface CatalogueState {
  readonly entries: readonly CatalogueEntry[];
  readonly isWhole: boolean;
}

/** All layers and tables; the first of them as soon as they have come. */
export function useCatalogue(): UseQueryResult<CatalogueState> {
  return useQuery(catalogueQuery);
}

/** Asks for the catalogue before anything is drawn: the page waits for nothing longer. */
export function askForCatalogue(): void {
  void queryClient.prefetchQuery(catalogueQuery);
}

const catalogueKey = ['catalogue'];
const catalogueQuery = {
  queryKey: catalogueKey,
  queryFn: ({ signal }: { signal: AbortSignal }): Promise<CatalogueState> => readCatalogue(signal),
  // What has not changed since it was whole is not drawn again. While it comes there is nothing to compare.
  structuralSharing: (old: unknown, next: unknown): unknown =>
    (old as CatalogueState | undefined)?.isWhole === true ? replaceEqualDeep(old, next) : next,
};
/** The most that sites give at once. */
const cataloguePage = 100;

async function readCatalogue(signal: AbortSignal): Promise<CatalogueState> {
  const { layers, tables } = siteClient();
  const whole = (collection: typeof layers): Query<LayerSummary> =>
    collection.list({ signal }).expand('list').pageSize(cataloguePage);
  if (!isKnown()) void showNames(layers.list({ signal }));
  const rest = whole(tables).toArray();
  // Said when it is waited for.
  rest.catch(() => undefined);
  const entries: CatalogueEntry[] = [];
  for await (const { items } of whole(layers).pages()) {
    entries.push(...items.map((layer) => withKey('l', layer)));
    showBeginning([...entries]);
  }
  return { entries: [...entries, ...(await rest).map((table) => withKey('t', table))], isWhole: true };
}

/** Names come at once, while all that the site knows of a hundred layers takes it a while. */
async function showNames(layers: Query<LayerSummary>): Promise<void> {
  // `index.html` has the browser ask for this page before there is a script; a test holds the two together.
  const names = await layers
    .pageSize(cataloguePage)
    .take(cataloguePage)
    // The same goes wrong with the rest, and is told there.
    .catch(() => []);
  if (names.length > 0) showBeginning(names.map((layer) => withKey('l', layer)));
}

/** What was there before, when the catalogue is only asked for anew, stays until all of it has come. */
function showBeginning(entries: readonly CatalogueEntry[]): void {
  queryClient.setQueryData<CatalogueState>(catalogueKey, (old) =>
    old?.isWhole === true || (old?.entries.length ?? 0) > entries.length ? old : { entries, isWhole: false },
  );
}

function isKnown(): boolean {
  return queryClient.getQueryData<CatalogueState>(catalogueKey)?.isWhole === true;
}

function withKey(prefix: 'l' | 't', layer: LayerSummary): CatalogueEntry {
  return { ...layer, key: `${prefix}${layer.id}` } as CatalogueEntry;
}
