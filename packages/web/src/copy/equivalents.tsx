import type { WireExportRequest } from '@outcrop/contract';
import { type ReactNode, useState } from 'react';

import { CopyButton } from '../parts/copy-button.tsx';
import { siteSettings } from '../site-settings.ts';
import { words } from '../words/en.ts';
import { type EquivalentLines, equivalentLines } from './equivalent-lines.ts';

const languages = ['cli', 'sdk', 'curl'] as const;

/** The same request without the page, to copy. */
export function Equivalents({ request }: { readonly request: WireExportRequest }): ReactNode {
  const lines = equivalentLines(request, { needsKey: siteSettings.needsKey });
  const [language, setLanguage] = useState<keyof EquivalentLines>('cli');
  return (
    <details className="lines">
      <summary>{words.lines.heading}</summary>
      <fieldset className="chips" aria-label={words.lines.heading}>
        {languages.map((one) => (
          <label key={one} className="chip">
            <input
              type="radio"
              name="language"
              checked={language === one}
              onChange={() => setLanguage(one)}
            />
            <span>{words.lines.tabs[one]}</span>
          </label>
        ))}
      </fieldset>
      <pre tabIndex={0} aria-label={words.lines.tabs[language]}>
        <code>{lines[language]}</code>
      </pre>
      <p className="small muted">
        <CopyButton text={lines[language]} className="button button-small" />{' '}
        {siteSettings.needsKey && words.lines.needsKey}
      </p>
    </details>
  );
}
