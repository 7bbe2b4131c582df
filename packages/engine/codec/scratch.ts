// Where things are in the working memory of a caller: bytes from its beginning.

/** Bits that find a group of symbols, and one symbol. */
export const GROUP_BITS: i32 = 9;
export const GROUP_SIZE: i32 = 1 << GROUP_BITS;
export const SYMBOL_BITS: i32 = 11;
export const SYMBOL_SIZE: i32 = 1 << SYMBOL_BITS;
export const DISTANCE_BITS: i32 = 9;
export const DISTANCE_SIZE: i32 = 1 << DISTANCE_BITS;

/** u64[GROUP_SIZE] */
export const GROUPS: usize = 0;
/** u16[SYMBOL_SIZE], of literals and lengths */
export const SYMBOLS: usize = 8192;
/** u16[SYMBOL_SIZE], of distances */
export const FAR_SYMBOLS: usize = 12_288;
/** u32[DISTANCE_SIZE] */
export const DISTANCES: usize = 16_384;
/** u8[512]: lengths of codes */
export const LENGTHS: usize = 18_432;
/** u16[16]: how many codes have each length; then u16[288]: symbols in the order of their codes */
export const COUNTS: usize = 18_944;
export const FAR_COUNTS: usize = 19_584;
/** u16[16] */
export const OFFSETS: usize = 20_224;
/** u32[4][320] */
export const FREQUENCIES: usize = 20_480;
/** u32[320] */
export const CODES: usize = 25_600;
/** u8[32], then u32[32]: of the codes that send lengths */
export const SENT_LENGTHS: usize = 26_880;
export const SENT_CODES: usize = 26_912;
/** u16[512] */
export const SENT: usize = 27_136;
/** u32[320] */
export const SORTED: usize = 28_160;
/** u32[640] */
export const WEIGHTS: usize = 29_440;
/** u16[640] each */
export const PARENTS: usize = 32_000;
export const DEPTHS: usize = 33_280;

/** Bytes that a caller sets aside. */
export const SCRATCH_BYTES: i32 = 36_864;
