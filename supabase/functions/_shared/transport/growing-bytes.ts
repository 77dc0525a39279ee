const FIRST_BYTES = 8 * 1024;

/**
 * Bytes that come in parts. They are copied: a list of parts costs a hundred times as much memory where each is one byte, and
 * the other side chooses how many there are.
 */
export class GrowingBytes {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(part: Uint8Array): void {
    const needed = this.#length + part.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(FIRST_BYTES, needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(part, this.#length);
    this.#length = needed;
  }

  /** All of them; nothing may be added after that. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
