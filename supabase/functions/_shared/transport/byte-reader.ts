/** What the other side sent is no answer that we read. The text is ours, and holds nothing of it. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
}

const CR = 0x0d;
const LF = 0x0a;

const EMPTY = new Uint8Array(0);

/** Reads lines and bytes from a stream, of which it takes no more than it may. */
export class ByteReader {
  readonly #read: () => Promise<Uint8Array | null>;
  #bytes_left: number;
  #chunk: Uint8Array = EMPTY;

  /**
   * @param read the next bytes, or null at the end
   * @param bytes_max of the whole stream
   */
  constructor(read: () => Promise<Uint8Array | null>, bytes_max: number) {
    this.#read = read;
    this.#bytes_left = bytes_max;
  }

  /** Whether bytes were read that nobody asked for. */
  get has_rest(): boolean {
    return this.#chunk.length > 0;
  }

  /**
   * A line without its end, which is CR LF: another reader may see two lines where a single CR or LF is.
   *
   * @throws BadAnswer when it is longer, ends otherwise, or does not end
   */
  async readLine(bytes_max: number): Promise<string> {
    let line = "";
    while (true) {
      if (!await this.#fill()) throw new BadAnswer("The answer ended within a line.");
      const at = this.#chunk.indexOf(LF);
      const part = this.#chunk.subarray(0, at === -1 ? this.#chunk.length : at);
      if (line.length + part.length > bytes_max) throw new BadAnswer("A line is too long.");
      // One character a byte: the decoder that is called latin1 knows other characters from 0x80 to 0x9f.
      line += String.fromCharCode(...part);
      this.#chunk = this.#chunk.subarray(part.length + (at === -1 ? 0 : 1));
      if (at !== -1) break;
    }
    if (line.indexOf("\r") !== line.length - 1 || line === "") throw new BadAnswer("A line ends wrongly.");
    return line.slice(0, -1);
  }

  /** At most so many of the next bytes, or null at the end. */
  async readSome(bytes_max: number): Promise<Uint8Array | null> {
    if (!await this.#fill()) return null;
    const some = this.#chunk.subarray(0, bytes_max);
    this.#chunk = this.#chunk.subarray(some.length);
    return some;
  }

  /** The line end after a chunk. */
  async readLineEnd(): Promise<void> {
    for (const expected of [CR, LF]) {
      if (!await this.#fill() || this.#chunk[0] !== expected) throw new BadAnswer("A chunk ends wrongly.");
      this.#chunk = this.#chunk.subarray(1);
    }
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const chunk = await this.#read();
      if (chunk === null) return false;
      this.#bytes_left -= chunk.length;
      if (this.#bytes_left < 0) throw new BadAnswer("The answer is too long.");
      this.#chunk = chunk;
    }
    return true;
  }
}
