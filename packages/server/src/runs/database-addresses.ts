import { EngineError, type ExportPlan, type PostgisAddress } from '@outcrop/engine';

/** Finds where the table of a layer is, by its number; null where it is no table of a database. */
export type AddressBook = (layerId: number) => PostgisAddress | null;

/**
 * A plan as the site's database keeps it: where a layer is a table of another database, without the address of that, as
 * there is a password in it.
 */
export function withoutAddresses(plan: ExportPlan): ExportPlan {
  return withConnections(plan, () => '');
}

/**
 * A plan that was kept, as the engine needs it: with the addresses that `outcrop.yaml` has now.
 *
 * @throws EngineError `source-changed` where a layer is no longer the table that it was
 */
export function withAddresses(plan: ExportPlan, addressOf: AddressBook): ExportPlan {
  return withConnections(plan, ({ id, title }, { schema, relation }) => {
    const address = addressOf(id);
    const isSame = address !== null && [`${schema}.${relation}`, relation].includes(address.table);
    if (isSame) return address.connection;
    throw new EngineError(
      'source-changed',
      `${JSON.stringify(title)} is no longer the table ${schema}.${relation} in outcrop.yaml; ask for the export again.`,
    );
  });
}

type PlannedLayer = ExportPlan['items'][number]['layer'];
type DatabaseTable = Extract<PlannedLayer['source'], { connection: string }>;

function withConnections(
  plan: ExportPlan,
  connectionOf: (layer: PlannedLayer, source: DatabaseTable) => string,
): ExportPlan {
  const items = plan.items.map((item) => {
    const { layer } = item;
    if (!('connection' in layer.source)) return item;
    const source = { ...layer.source, connection: connectionOf(layer, layer.source) };
    return { ...item, layer: { ...layer, source } };
  });
  return { ...plan, items };
}
