import type { ValidationIssue } from '@outcrop/client';

import type { ItemKey } from '../request/draft.ts';
import { hasArea } from '../request/draft.ts';
import { itemKeyOf } from '../request/to-export.ts';
import type { NewExport } from '../request/use-new-export.ts';
import { kindsOf } from '../request/proposals.ts';
import { words } from '../words/en.ts';
import { type Fix, type Refusal, refusalWords } from '../words/refusals.ts';

/** Something that keeps an export from being made, and what it is about. */
export interface Problem extends Refusal {
  readonly item: ItemKey | null;
  /** Id of the part of the form to go to. */
  readonly target: string;
}

const targets: Readonly<Record<string, string>> = {
  extent: 'step-area',
  crs: 'crs',
  formats: 'step-formats',
  items: 'search',
  name: 'export-name',
};

const fieldFixes: Readonly<Record<string, readonly Fix[]>> = {
  extent: ['area'],
  crs: ['crs'],
  formats: ['format'],
};

/** Everything that is wrong now: what is missing first, then what the site says. */
export function problemsOf(state: NewExport): Problem[] {
  return [...missing(state), ...refused(state)];
}

function missing({ draft, layers, proposals, missing: absent, titleOf }: NewExport): Problem[] {
  const problems = absent.map((item): Problem => ({
    text: words.data.notThere(titleOf(item)),
    fixes: ['remove'],
    item,
    target: `check-${item}`,
  }));
  const plain = (text: string, target: string): Problem => ({ text, target, fixes: [], item: null });
  if (draft.items.length === 0) problems.push(plain(words.check.needItems, 'search'));
  if (!hasArea(draft.area)) problems.push(plain(words.check.needArea, 'step-area'));
  for (const kind of kindsOf(layers)) {
    if (proposals.formats[kind] === undefined) {
      problems.push(plain(words.check.needFormat(words.format.kinds[kind]), 'step-data'));
    }
  }
  return problems;
}

function refused({ check, titleOf: titleOfItem }: NewExport): Problem[] {
  const titleOf = (item: ItemKey | null): string => (item === null ? words.newExport : titleOfItem(item));
  const { verdict } = check;
  if (verdict === null) return check.issues.map((issue) => ofIssue(issue, titleOf));
  const whole = verdict.invalidDetails.map((reason): Problem => ({
    ...refusalWords(reason, words.newExport),
    item: null,
    target: 'step-check',
  }));
  const items = verdict.items.flatMap(({ item, invalidDetails }) => {
    const key = itemKeyOf(item);
    return invalidDetails.map((reason): Problem => ({
      ...refusalWords(reason, titleOf(key)),
      item: key,
      target: key === null ? 'step-check' : `check-${key}`,
    }));
  });
  return [...whole, ...items];
}

function ofIssue(issue: ValidationIssue, titleOf: (item: ItemKey | null) => string): Problem {
  const item = issue.item === null ? null : itemKeyOf(issue.item);
  if (issue.code !== null) {
    return {
      ...refusalWords({ code: issue.code, detail: issue.detail }, titleOf(item)),
      item,
      target: 'step-check',
    };
  }
  const field = issue.field?.split('.')[0] ?? '';
  return { text: issue.detail, fixes: fieldFixes[field] ?? [], item, target: targets[field] ?? 'step-check' };
}
