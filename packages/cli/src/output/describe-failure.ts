import type { ValidationError } from '@outcrop/client';

import { CommandFailure, exitCodes } from '../command-failure.ts';

/** What a failed command says, and how it exits. */
export interface FailureDescription {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** The lines for whatever a command threw. Never a stack: what people need is what failed, and the remedy. */
export async function describeFailure(error: unknown): Promise<FailureDescription> {
  if (error instanceof CommandFailure) return { lines: error.lines, exitCode: error.exitCode };
  const { ValidationError } = await import('@outcrop/client');
  const lines = error instanceof ValidationError ? refusal(error) : [firstLine(error)];
  return { lines, exitCode: exitCodes.failure };
}

function refusal(error: ValidationError): string[] {
  if (error.issues.length === 0) return [firstLine(error)];
  const reasons = error.issues.map(({ item, field, code, detail }) => {
    const subject = item ?? field ?? 'export';
    return `  ${subject}: ${code === null || code === detail ? detail : `${code}: ${detail}`}`;
  });
  return ['The site refuses the export:', ...reasons];
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]?.trim() || 'failed without a message';
}
