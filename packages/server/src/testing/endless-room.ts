import type { DiskRoom } from '../exports/disk-room.ts';

/** A disk on which everything fits. */
export const endlessRoom: DiskRoom = {
  shortageFor: async () => null,
  reserve: async () => ({ shortage: null, [Symbol.dispose]: () => undefined }),
};
