/** One frame: what changes from the one before. */
export interface AnimatedFrame {
  /** A still WebP file. What is transparent in it stays as it was. */
  readonly image: Uint8Array;
  /** Where it goes, in pixels from the top left corner; even numbers. */
  readonly x: number;
  readonly y: number;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly duration_ms: number;
}

/** The chunks of a still file that are pixels; what else it may have is not allowed in a frame. */
const PIXELS = new Set(["ALPH", "VP8 ", "VP8L"]);
const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const HAS_ANIMATION = 0x02;
const HAS_ALPHA = 0x10;
/** Drawn over the frame before, which stays. */
const OVER_THE_LAST = 0;
const FOR_EVER = 0;

/**
 * Puts frames into one WebP file that plays them for ever. https://developers.google.com/speed/webp/docs/riff_container
 *
 * @param width of the whole, in pixels, like `height`
 * @throws Error for a frame at an odd place, or without pixels
 */
export function animatedWebp(width: number, height: number, frames: readonly AnimatedFrame[]): Uint8Array {
  const canvas = chunk("VP8X", [
    ...[HAS_ANIMATION | HAS_ALPHA, 0, 0, 0],
    ...uint24(width - 1),
    ...uint24(height - 1),
  ]);
  const animation = chunk("ANIM", [...[0, 0, 0, 0], ...[FOR_EVER, 0]]);
  const body = [...letters("WEBP"), ...canvas, ...animation];
  return concatenated([
    chunkHeader("RIFF", body.length + totalOf(frames.map(frameChunk))),
    body,
    ...frames.map(frameChunk),
  ]);
}

function frameChunk({ image, x, y, width, height, duration_ms }: AnimatedFrame): Uint8Array {
  if (x % 2 !== 0 || y % 2 !== 0) throw new Error(`A frame cannot be at ${x}, ${y}.`);
  return chunk("ANMF", [
    ...uint24(x / 2),
    ...uint24(y / 2),
    ...uint24(width - 1),
    ...uint24(height - 1),
    ...uint24(duration_ms),
    OVER_THE_LAST,
    ...pixelsOf(image),
  ]);
}

/** The chunks of a still file that are its pixels, as they are. */
function pixelsOf(image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const found: Uint8Array[] = [];
  for (let at = RIFF_HEADER_BYTES; at < image.length;) {
    const name = String.fromCharCode(...image.subarray(at, at + 4));
    const length = CHUNK_HEADER_BYTES + even(view.getUint32(at + 4, true));
    if (PIXELS.has(name)) found.push(image.subarray(at, at + length));
    at += length;
  }
  if (found.length === 0) throw new Error("A frame has no pixels.");
  return concatenated(found);
}

function chunk(name: string, content: ArrayLike<number>): Uint8Array {
  const padding = new Uint8Array(even(content.length) - content.length);
  return concatenated([chunkHeader(name, content.length), content, padding]);
}

function chunkHeader(name: string, length: number): Uint8Array {
  const header = new Uint8Array(CHUNK_HEADER_BYTES);
  header.set(letters(name));
  new DataView(header.buffer).setUint32(4, length, true);
  return header;
}

function concatenated(parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(totalOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const totalOf = (parts: readonly ArrayLike<number>[]) => parts.reduce((sum, { length }) => sum + length, 0);
const even = (length: number) => length + length % 2;
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const uint24 = (value: number) => [value & 0xff, value >> 8 & 0xff, value >> 16 & 0xff];
