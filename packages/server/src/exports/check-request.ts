import type { Reason } from '@outcrop/contract';
import { EngineError, type ExportCheck, type ExportRequest, type ItemCheck } from '@outcrop/engine';

import type { Site } from '../catalogue/site.ts';
import { layerReference } from '../catalogue/site-layer.ts';
import { withoutFolder } from '../catalogue/without-folder.ts';

/**
 * The engine's verdict on a request, with what only the site knows: an item that may not be downloaded, or whose data cannot
 * be read, is refused with the reason, and the others are checked all the same.
 */
export async function checkRequest(site: Site, request: ExportRequest): Promise<ExportCheck> {
  const problems = request.items.map(({ layer }) => refusalOf(site, layer.id));
  if (problems.every((problem) => problem === null)) {
    return checkOrRefuse(site, request);
  }
  const readable = request.items.filter((_, index) => problems[index] === null);
  const check = await checkOrRefuse(site, { ...request, items: readable });
  const checked = [...check.items];
  const items = request.items.map((item, index) => {
    const problem = problems[index] ?? null;
    return (problem === null ? checked.shift() : null) ?? refusedItem(item.item, problem);
  });
  return { ...check, plan: null, isValid: false, items };
}

/** What stands against an item whatever is asked of it: rights, which come first, and data that are not there. */
function refusalOf(site: Site, layerId: number): Reason | null {
  const layer = site.findLayer(layerId);
  if (layer === null) {
    return null;
  }
  if (!site.mayDownload(layer)) {
    const detail = `You may see ${layerReference(layer)} but not download it; leave it out, or ask ${site.config.publisher || 'whoever runs the site'} for the right.`;
    return { code: 'no-permission', detail };
  }
  const { unavailable } = site.readSource(layer);
  return unavailable === null ? null : { code: 'source-unavailable', detail: unavailable };
}

async function checkOrRefuse(site: Site, request: ExportRequest): Promise<ExportCheck> {
  const nothing: ExportCheck = {
    plan: null,
    isValid: false,
    name: request.name ?? '',
    reasons: [],
    items: request.items.map(({ item }) => refusedItem(item, null)),
    warnings: [],
    sizeEstimateZipped: 0,
  };
  if (request.items.length === 0) {
    return nothing;
  }
  try {
    return withoutPaths(await site.engine.checkExport(request, site.planContext), site.paths.folder);
  } catch (error) {
    if (error instanceof EngineError && error.code.startsWith('source-')) {
      return {
        ...nothing,
        reasons: [{ code: 'source-unavailable', detail: withoutFolder(error.message, site.paths.folder) }],
      };
    }
    throw error;
  }
}

function withoutPaths(check: ExportCheck, folder: URL): ExportCheck {
  const clean = (reason: Reason): Reason => ({ ...reason, detail: withoutFolder(reason.detail, folder) });
  return {
    ...check,
    reasons: check.reasons.map(clean),
    items: check.items.map((item) => ({ ...item, reasons: item.reasons.map(clean) })),
  };
}

function refusedItem(item: string, problem: Reason | null): ItemCheck {
  return {
    item,
    reasons: problem === null ? [] : [problem],
    featureCount: null,
    sizeEstimateUnzipped: 0,
    sizeEstimateZipped: 0,
    secondsEstimate: null,
  };
}
