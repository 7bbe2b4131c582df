/** Bytes in sixteens, so that no sum overflows 32 bits before it is reduced: RFC 1950 allows 5552. */
const MOST_CHUNKS: i32 = 345;
const MODULUS: u32 = 65_521;

/** The checksum of a zlib stream: RFC 1950, section 8. */
export function adler32(data: usize, length: i32): u32 {
  const high = i16x8(16, 15, 14, 13, 12, 11, 10, 9);
  const low = i16x8(8, 7, 6, 5, 4, 3, 2, 1);
  let a: u32 = 1;
  let b: u32 = 0;
  let at = data;
  const end = data + length;
  while (at + 16 <= end) {
    const chunks = min(<i32>((end - at) >> 4), MOST_CHUNKS);
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (let chunk = 0; chunk < chunks; chunk++, at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      const first = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(bytes), high);
      const second = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(bytes), low);
      weighted = i32x4.add(weighted, i32x4.add(first, second));
    }
    b = (b + a * (chunks << 4) + (sumOfLanes(before) << 4) + sumOfLanes(weighted)) % MODULUS;
    a = (a + sumOfLanes(sums)) % MODULUS;
  }
  while (at < end) {
    a += load<u8>(at++);
    b += a;
  }
  return ((b % MODULUS) << 16) | (a % MODULUS);
}

function sumOfLanes(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
