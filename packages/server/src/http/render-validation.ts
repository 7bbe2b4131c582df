import type { WireItemValidation, WireValidation } from '@outcrop/contract';
import type { ExportCheck } from '@outcrop/engine';

import type { Site } from '../catalogue/site.ts';
import type { ResolvedRequest } from '../exports/resolve-request.ts';
import { renderLicence } from './render-licence.ts';

/** The verdict on a request, item by item in the request's order. */
export function renderValidation(site: Site, resolved: ResolvedRequest, check: ExportCheck): WireValidation {
  return {
    items: resolved.written.map((item, index): WireItemValidation => {
      const verdict = check.items[index];
      const reasons = verdict?.reasons ?? [];
      const layer = resolved.request.items[index]?.layer;
      return {
        ...item,
        license: renderLicence(layer === undefined ? null : site.findLayer(layer.id)),
        price: '0.00',
        is_valid: reasons.length === 0,
        invalid_reasons: [...new Set(reasons.map(({ code }) => code))],
        invalid_details: reasons,
        feature_count: verdict?.featureCount ?? null,
        size_estimate_zipped: Math.round(verdict?.sizeEstimateZipped ?? 0),
        size_estimate_unzipped: Math.round(verdict?.sizeEstimateUnzipped ?? 0),
        seconds_estimate: verdict?.secondsEstimate ?? null,
      };
    }),
    size_estimate_zipped: Math.round(check.sizeEstimateZipped),
    is_valid: check.isValid,
    invalid_reasons: [...new Set(check.reasons.map(({ code }) => code))],
    invalid_details: check.reasons,
    warnings: check.warnings,
    name: check.name,
  };
}
