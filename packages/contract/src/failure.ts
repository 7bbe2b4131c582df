import type { FailureCode } from './error-code.ts';

/** What a failure code means to whoever waited for the export. */
export interface FailureMeaning {
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What to do, in one sentence; whole enough to stand after any other. */
  readonly remedy: string;
  /** Who can put an end to it: whoever writes requests, or whoever runs the site. */
  readonly who: 'requester' | 'operator';
}

/** Every failure code in words. The `detail` of a failure says which item it was, and the figures. */
export const failures: Readonly<Record<FailureCode, FailureMeaning>> = {
  'source-unavailable': {
    meaning: 'The data of an item could not be opened.',
    remedy: "Try again later; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  'source-corrupt': {
    meaning: 'The data of an item are damaged.',
    remedy: "Tell the site's operator, who has to mend the data; until then leave the item out.",
    who: 'operator',
  },
  'source-changed': {
    meaning: 'The data of an item were changed while they were exported.',
    remedy: 'Try again.',
    who: 'requester',
  },
  'unsupported-geometry': {
    meaning: 'A feature has a geometry that cannot be exported.',
    remedy: "Choose an area without the feature, or leave the item out, and tell the site's operator.",
    who: 'operator',
  },
  'invalid-request': {
    meaning: 'The request was found to be impossible only when it was run.',
    remedy: 'Change the request as it says, and create a new export.',
    who: 'requester',
  },
  'disk-full': {
    meaning: 'The site had no room left for the export.',
    remedy: "Make the export smaller, or try again later; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  'format-limit': {
    meaning: 'The output came to more than the format or the site allows.',
    remedy: 'Choose a smaller area, fewer items or fields, or another format.',
    who: 'requester',
  },
  'crs-operation': {
    meaning: 'Coordinates could not be brought into the coordinate reference system.',
    remedy: 'Choose another coordinate reference system, or an area within the one that was chosen.',
    who: 'requester',
  },
  'gdal-missing': {
    meaning: 'The site lacks GDAL, or its GDAL lacks what the format needs.',
    remedy: "Choose another format, or tell the site's operator.",
    who: 'operator',
  },
  'gdal-failed': {
    meaning: 'A program of GDAL failed.',
    remedy: "Choose another format; if that does not help, tell the site's operator.",
    who: 'operator',
  },
  'gdal-hung': {
    meaning: 'A program of GDAL made no progress, and was stopped.',
    remedy: "Try again, or make the export smaller; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  'archive-corrupt': {
    meaning: 'The archive did not pass the check that follows its writing.',
    remedy: "Try again; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  cancelled: {
    meaning: 'The export was cancelled.',
    remedy: 'Create it again if it is wanted after all.',
    who: 'requester',
  },
  'process-died': {
    meaning: 'The process that made the export ended without an answer, each time it was tried.',
    remedy: "Make the export smaller; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  'time-limit': {
    meaning: 'The export took longer than the site allows.',
    remedy: 'Choose a smaller area or fewer items.',
    who: 'requester',
  },
  'memory-limit': {
    meaning: 'The export needed more memory than the site gives to one.',
    remedy: 'Choose a smaller area, fewer items, or a simpler extent.',
    who: 'requester',
  },
  storage: {
    meaning: 'The archive was made, but the store of the site did not take it.',
    remedy: "Try again later; if it stays so, tell the site's operator.",
    who: 'operator',
  },
  internal: {
    meaning: 'The export failed through no fault of the request.',
    remedy: "Tell the site's operator the number of the incident.",
    who: 'operator',
  },
};
