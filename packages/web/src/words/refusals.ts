import type { ReasonCode } from '@outcrop/contract';

/** What can be done about a refusal with one press. */
export type Fix = 'remove' | 'show' | 'format' | 'area' | 'crs' | 'wgs84' | 'own-crs' | 'sign-in';

/** A refusal in words, and what can be done. */
export interface Refusal {
  readonly text: string;
  readonly fixes: readonly Fix[];
}

/** Names of fixes on their buttons. */
export const fixWords: Readonly<Record<Fix, string>> = {
  remove: 'Remove it',
  show: 'Show where it is',
  format: 'Choose another format',
  area: 'Change the area',
  crs: 'Choose another system',
  wgs84: 'Use EPSG:4326',
  'own-crs': 'Keep its own system',
  'sign-in': 'Sign in with another key',
};

/** A reason of the site, for a layer of this title. Sites have better words than a code; a code has words here. */
export function refusalWords(reason: { code: string; detail: string }, title: string): Refusal {
  const isBare = reason.detail === '' || reason.detail === reason.code;
  const known = knownRefusal(reason.code as ReasonCode, title);
  return {
    text: isBare || reason.code === 'outside-extent' ? known.text : reason.detail,
    fixes: known.fixes,
  };
}

function knownRefusal(code: ReasonCode, title: string): Refusal {
  switch (code) {
    case 'outside-extent':
      return { text: `${title} has no data inside your area.`, fixes: ['show', 'area', 'remove'] };
    case 'invalid-extent':
      return { text: 'The area cannot be used.', fixes: ['area'] };
    case 'missing-format':
      return { text: `Choose a format for ${title}.`, fixes: ['format'] };
    case 'invalid-format':
    case 'unsupported-kind':
      return { text: `The chosen format cannot hold ${title}.`, fixes: ['format', 'remove'] };
    case 'invalid-crs':
      return {
        text: `${title} cannot be in the chosen coordinate reference system.`,
        fixes: ['wgs84', 'crs'],
      };
    case 'invalid-option':
      return { text: `An option of ${title} cannot be used.`, fixes: ['remove'] };
    case 'source-unavailable':
      return {
        text: `The data of ${title} cannot be read now. Try again later, or leave it out.`,
        fixes: ['remove'],
      };
    case 'no-permission':
      return { text: `You may view ${title} but not download it.`, fixes: ['remove', 'sign-in'] };
    case 'too-large':
      return { text: 'The export is larger than this site allows.', fixes: ['area', 'remove'] };
    case 'too-large-for-format':
      return { text: `${title} is larger than the chosen format can hold.`, fixes: ['format', 'area'] };
    case 'antimeridian-reprojection':
      return {
        text: `Your area crosses 180°; ${title} cannot be converted to the chosen system across it.`,
        fixes: ['own-crs', 'area'],
      };
    case 'payment-required':
      return { text: `${title} must be paid for.`, fixes: ['remove'] };
    default:
      return { text: `${title} was refused (${String(code)}).`, fixes: ['remove'] };
  }
}
