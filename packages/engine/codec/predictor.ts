// TIFF's predictor 2, horizontal differences: TIFF 6.0, section 14. Values are of one byte or of two, those in the order of
// the machine, which is little-endian.

/**
 * Sums up differences of bytes, row by row.
 *
 * @param samples values of a pixel
 */
export function undoBytes(
  source: usize,
  sourceStride: i32,
  target: usize,
  targetStride: i32,
  rows: i32,
  rowBytes: i32,
  samples: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const from = source + row * sourceStride;
    const to = target + row * targetStride;
    if (samples == 3) undoColours(from, to, rowBytes);
    else if (samples == 1) undoGrey(from, to, rowBytes);
    else undo<u8>(from, to, rowBytes, samples);
  }
}

/** The same of values of two bytes. */
export function undoShorts(
  source: usize,
  sourceStride: i32,
  target: usize,
  targetStride: i32,
  rows: i32,
  rowBytes: i32,
  samples: i32,
): void {
  for (let row = 0; row < rows; row++) {
    undo<u16>(source + row * sourceStride, target + row * targetStride, rowBytes, samples);
  }
}

function undoColours(from: usize, to: usize, length: i32): void {
  let red: u32 = 0;
  let green: u32 = 0;
  let blue: u32 = 0;
  for (let at = 0; at < length; at += 3) {
    red += load<u8>(from + at);
    green += load<u8>(from + at, 1);
    blue += load<u8>(from + at, 2);
    store<u8>(to + at, <u8>red);
    store<u8>(to + at, <u8>green, 1);
    store<u8>(to + at, <u8>blue, 2);
  }
}

function undoGrey(from: usize, to: usize, length: i32): void {
  let value: u32 = 0;
  for (let at = 0; at < length; at++) {
    value += load<u8>(from + at);
    store<u8>(to + at, <u8>value);
  }
}

function undo<T>(from: usize, to: usize, length: i32, samples: i32): void {
  const pixel = samples * <i32>sizeof<T>();
  memory.copy(to, from, min(pixel, length));
  for (let at = pixel; at < length; at += <i32>sizeof<T>()) {
    store<T>(to + at, <T>(load<T>(from + at) + load<T>(to + at - pixel)));
  }
}

/** Takes differences of bytes, row by row. */
export function takeBytes(
  source: usize,
  sourceStride: i32,
  target: usize,
  targetStride: i32,
  rows: i32,
  rowBytes: i32,
  samples: i32,
): void {
  for (let row = 0; row < rows; row++) {
    take<u8>(source + row * sourceStride, target + row * targetStride, rowBytes, samples);
  }
}

/** The same of values of two bytes. */
export function takeShorts(
  source: usize,
  sourceStride: i32,
  target: usize,
  targetStride: i32,
  rows: i32,
  rowBytes: i32,
  samples: i32,
): void {
  for (let row = 0; row < rows; row++) {
    take<u16>(source + row * sourceStride, target + row * targetStride, rowBytes, samples);
  }
}

function take<T>(from: usize, to: usize, length: i32, samples: i32): void {
  const pixel = samples * <i32>sizeof<T>();
  let at = min(pixel, length);
  memory.copy(to, from, at);
  for (; at + 16 <= length; at += 16) {
    v128.store(to + at, v128.sub<T>(v128.load(from + at), v128.load(from + at - pixel)));
  }
  for (; at < length; at += <i32>sizeof<T>()) {
    store<T>(to + at, <T>(load<T>(from + at) - load<T>(from + at - pixel)));
  }
}
