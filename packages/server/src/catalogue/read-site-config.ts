import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { hasCode } from '@outcrop/engine';
import { type Document, parseDocument } from 'yaml';

import { type SiteConfig, siteConfigSchema } from './site-config.ts';
import { SiteError } from './site-error.ts';

/** `outcrop.yaml`, as text with its comments and as values. */
export interface SiteConfigFile {
  readonly document: Document.Parsed;
  readonly config: SiteConfig;
}

/**
 * Reads an `outcrop.yaml`. Null where there is none.
 *
 * @throws SiteError naming the line or the key that is wrong.
 */
export async function readSiteConfig(file: URL): Promise<SiteConfigFile | null> {
  const text = await readTextOrNull(file);
  if (text === null) {
    return null;
  }
  const document = parseDocument(text);
  const path = fileURLToPath(file);
  const [firstError] = document.errors;
  if (firstError !== undefined) {
    throw new SiteError(`${path} is not valid YAML: ${firstError.message}`);
  }
  const values: unknown = document.toJS({ maxAliasCount: 100 });
  const parsed = siteConfigSchema.safeParse(values ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    );
    throw new SiteError(`${path} cannot be used:\n  ${problems.join('\n  ')}`);
  }
  return { document, config: parsed.data };
}

async function readTextOrNull(file: URL): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return null;
    }
    throw new SiteError(
      `${fileURLToPath(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
