import type { ExportRecord } from '../exports/export-record.ts';

/** A letter, as plain text. */
export interface Letter {
  readonly subject: string;
  readonly text: string;
}

/** What a letter says of an export, besides what the export says itself. */
export interface LetterFacts {
  readonly record: ExportRecord;
  /** Titles of the layers and tables. */
  readonly titles: readonly string[];
  readonly siteTitle: string;
  /** Ends in `/`. */
  readonly siteRoot: URL;
  /** When the archive will be removed: ISO 8601; null where it stays. */
  readonly expiresAt: string | null;
}

const maxTitles = 10;

/**
 * The letter about an export that is over: what it was, how large, until when and where, or why there is none. All words are
 * the site's own: nothing that the request said goes into it, so that a letter cannot carry a stranger's message.
 */
export function mailExport(facts: LetterFacts): Letter {
  const { record } = facts;
  return record.state === 'error' ? failureLetter(facts) : readyLetter(facts);
}

function readyLetter({ record, expiresAt, ...facts }: LetterFacts): Letter {
  const lines = [
    `Your export ${record.name} is ready.`,
    '',
    `What:      ${listTitles(facts.titles)}`,
    ...(record.archive === null ? [] : [`Size:      ${sizeInWords(record.archive.bytes)}`]),
    ...(expiresAt === null ? [] : [`Until:     ${timeInWords(expiresAt)}`]),
    `Download:  ${pageOf(record, facts.siteRoot)}`,
  ];
  return { subject: `${record.name} is ready`, text: close(lines, facts) };
}

function failureLetter({ record, ...facts }: LetterFacts): Letter {
  const lines = [
    `Your export ${record.name} could not be made.`,
    '',
    `What:  ${listTitles(facts.titles)}`,
    `Why:   ${record.error?.detail ?? 'The site does not say.'}`,
    `See:   ${pageOf(record, facts.siteRoot)}`,
  ];
  return { subject: `${record.name} could not be made`, text: close(lines, facts) };
}

function close(
  lines: readonly string[],
  { siteTitle, siteRoot }: Pick<LetterFacts, 'siteTitle' | 'siteRoot'>,
): string {
  const reason = 'You get this letter because the export asked for one.';
  return [...lines, '', '-- ', `${siteTitle}, ${siteRoot.href}`, reason, ''].join('\n');
}

/** The page shows an export here; it asks for the key where it does not know it. */
function pageOf(record: ExportRecord, siteRoot: URL): string {
  return new URL(`exports/${record.id}`, siteRoot).href;
}

function listTitles(titles: readonly string[]): string {
  const more = titles.length - maxTitles;
  return `${titles.slice(0, maxTitles).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Powers of 1000, as disks and downloads are sold. */
function sizeInWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function timeInWords(time: string): string {
  const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${words.format(new Date(time))} UTC`;
}
