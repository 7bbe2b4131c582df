import type { WireExportRequest } from '@outcrop/contract';
import { type ReactNode, useId, useState } from 'react';

import { CopyButton } from '../parts/copy-button.tsx';
import { siteSettings } from '../site-settings.ts';
import { words } from '../words/en.ts';
import { type EquivalentLines, equivalentLines, exportLines } from './equivalent-lines.ts';

const languages = ['cli', 'sdk', 'curl'] as const;

/** The same request without the page, to copy. */
export function Equivalents({ request }: { readonly request: WireExportRequest }): ReactNode {
  const lines = equivalentLines(request, { needsKey: siteSettings.needsKey });
  return <Lines heading={words.lines.heading} lines={lines} />;
}

/** What the page does with an export, the download or the cancel, without the page. */
export function ExportEquivalents(props: {
  readonly exportId: number;
  readonly isRunning: boolean;
}): ReactNode {
  const { exportId, isRunning } = props;
  const lines = exportLines(exportId, { needsKey: siteSettings.needsKey, isRunning });
  return <Lines heading={words.lines.ofExport} lines={lines} />;
}

function Lines({
  heading,
  lines,
}: {
  readonly heading: string;
  readonly lines: Partial<EquivalentLines>;
}): ReactNode {
  const offered = languages.filter((language) => lines[language] !== undefined);
  const [language, setLanguage] = useState(offered[0] ?? 'curl');
  const group = useId();
  const text = lines[language] ?? '';
  return (
    <details className="lines">
      <summary>{heading}</summary>
      <fieldset className="chips" aria-label={heading}>
        {offered.map((one) => (
          <label key={one} className="chip">
            <input type="radio" name={group} checked={language === one} onChange={() => setLanguage(one)} />
            <span>{words.lines.tabs[one]}</span>
          </label>
        ))}
      </fieldset>
      <pre tabIndex={0} aria-label={`${heading}: ${words.lines.tabs[language]}`}>
        <code>{text}</code>
      </pre>
      <p className="small muted">
        <CopyButton text={text} className="button button-small" />{' '}
        {siteSettings.needsKey && words.lines.needsKey}
      </p>
    </details>
  );
}
