import type { Attributes } from '@opentelemetry/api';

import type { EndedRun } from '../operations/site-metrics.ts';
import { noteSpan } from '../operations/spans.ts';
import type { Task } from './task.ts';

/** What the metrics say of a run that ends now, by the task that ends it. */
export function endedRun({ plan, runStartedAt }: Pick<Task, 'plan' | 'runStartedAt'>): EndedRun {
  return {
    formats: [...new Set(plan.items.map(({ mimetype }) => mimetype))],
    seconds: (performance.now() - runStartedAt) / 1000,
  };
}

/** Makes spans of stages that follow each other in another process, which only tells when one is over. */
export function traceStages(): { readonly end: (name: string, attributes?: Attributes) => void } {
  let startedAt = Date.now();
  return {
    end(name, attributes = {}) {
      noteSpan(name, startedAt, attributes);
      startedAt = Date.now();
    },
  };
}
