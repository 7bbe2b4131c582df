import type { WireCrs, WireDescribedValidation, WireItemValidation, WireValidation } from '@outcrop/contract';

import { isTable } from '../catalogue/site-layer.ts';
import type { Site } from '../catalogue/site.ts';
import type { CheckedBody } from '../exports/create-export.ts';
import { renderCrs } from './render-crs.ts';
import type { Target } from './render-layer.ts';
import { renderLicence } from './render-licence.ts';

type CheckedRequest = Extract<CheckedBody, { errors: null }>;

/** The verdict on a request, item by item in the request's order. */
export function renderValidation(
  site: Site,
  checked: CheckedRequest,
  target: Target,
): WireValidation | WireDescribedValidation {
  const { check } = checked;
  const items = checked.resolved.written.map((_, index) =>
    renderItem(site, checked, { index, root: target.root }),
  );
  const verdict: WireValidation = {
    items,
    size_estimate_zipped: Math.round(check.sizeEstimateZipped),
    is_valid: check.isValid,
    invalid_reasons: [...new Set(check.reasons.map(({ code }) => code))],
    invalid_details: check.reasons,
    warnings: check.warnings,
    name: check.name,
  };
  if (target.version === 'v1') {
    return verdict;
  }
  return {
    ...verdict,
    items: items.map((item) => ({ ...item, currency: null })),
    suggested_crs: suggestCrs(site, checked, target.root),
    suggested_crs_vertical: [],
    zip_filename: `${check.name}.zip`,
    delivery: { method: 'download' },
    courier_cost: {},
  };
}

function renderItem(
  site: Site,
  { resolved, check }: CheckedRequest,
  { index, root }: { index: number; root: URL },
): WireItemValidation {
  const verdict = check.items[index];
  const reasons = verdict?.reasons ?? [];
  const layer = resolved.request.items[index]?.layer;
  return {
    ...resolved.written[index]!,
    license: renderLicence(layer === undefined ? null : site.findLayer(layer.id), root),
    price: '0.00',
    is_valid: reasons.length === 0,
    invalid_reasons: [...new Set(reasons.map(({ code }) => code))],
    invalid_details: reasons,
    feature_count: verdict?.featureCount ?? null,
    size_estimate_zipped: Math.round(verdict?.sizeEstimateZipped ?? 0),
    size_estimate_unzipped: Math.round(verdict?.sizeEstimateUnzipped ?? 0),
    seconds_estimate: verdict?.secondsEstimate ?? null,
  };
}

/** Systems that suit the data: those they are in, which need no reprojection, and the one that every program reads. */
function suggestCrs(site: Site, { resolved }: CheckedRequest, root: URL): WireCrs[] {
  const own = resolved.request.items.flatMap(({ layer }) =>
    isTable(layer.source) && layer.source.geometry !== null ? [layer.source.geometry.crs] : [],
  );
  const codes = own.length === 0 ? [] : [...own.filter((code) => code !== null), 'EPSG:4326'];
  return [...new Set(codes)].flatMap((code) => renderCrs(site.engine, code, root) ?? []);
}
