import type { Formats } from '@outcrop/client';
import { findFormat, formats, type Kind, kinds } from '@outcrop/contract';
import { InvalidArgumentError } from 'commander';

/** Reads one `--format kind=format` and adds it to those read before. The format is a mimetype or a short code. */
export function parseFormat(text: string, previous: Formats = {}): Formats {
  const [, kind = '', format = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  if (kind === '' || format.trim() === '') {
    throw new InvalidArgumentError(
      'Write kind=format, such as vector=gpkg or vector=application/x-ogc-gpkg.',
    );
  }
  if (!isKind(kind)) throw new InvalidArgumentError(`The kinds are ${kinds.join(', ')}.`);
  return { ...previous, [kind]: mimetypeOf(format.trim(), kind) };
}

function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}

/** A mimetype passes as it is, known or not: sites may have formats of their own, and refuse what they have not. */
function mimetypeOf(format: string, kind: Kind): string {
  if (format.includes('/')) return findFormat(format)?.mimetype ?? format;
  const ofKind = formats.filter((known) => (known.kinds as readonly Kind[]).includes(kind));
  const matches = ofKind.filter(({ shortCode }) => shortCode.toLowerCase() === format.toLowerCase());
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match.mimetype;
  if (match !== undefined) {
    const choices = matches.map(({ mimetype }) => mimetype).join(', ');
    throw new InvalidArgumentError(`${format} stands for several formats; write one of ${choices}.`);
  }
  const codes = [...new Set(ofKind.map(({ shortCode }) => shortCode.toLowerCase()))];
  throw new InvalidArgumentError(`Short codes for ${kind} are ${codes.join(', ')}; or write a mimetype.`);
}
