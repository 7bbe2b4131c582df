// Unpacks and packs the blocks of TIFFs. All places are addresses in the one memory, which several threads share: each with working
// memory of its own.

import { SCRATCH_BYTES } from './scratch';

export { deflate } from './deflate';
export { inflate } from './inflate';
export { takeBytes, takeShorts, undoBytes, undoShorts } from './predictor';

/** Bytes of working memory. */
export function scratchBytes(): i32 {
  return SCRATCH_BYTES;
}
