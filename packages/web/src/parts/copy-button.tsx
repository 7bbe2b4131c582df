import { type ReactNode, useState } from 'react';

import { words } from '../words/en.ts';
import { announce } from './announcer.tsx';

/** Copies a text, and says so. */
export function CopyButton({
  text,
  label = words.copy,
  done = words.copied,
  className = 'button button-quiet',
}: {
  readonly text: string;
  readonly label?: string;
  readonly done?: string;
  readonly className?: string;
}): ReactNode {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await writeClipboard(text);
    setCopied(true);
    announce(done);
    setTimeout(() => setCopied(false), 2500);
  };
  return (
    <button type="button" className={className} onClick={() => void copy()}>
      {isCopied ? words.copied : label}
    </button>
  );
}

/** Browsers give the clipboard to secure pages only; elsewhere the old way still works. */
async function writeClipboard(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text).catch(() => undefined);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
