/** Of one read. */
const READ_BYTES = 32 * 1024;

/**
 * An open connection. One read is always under way while it waits for its next request: so it is known when the other
 * side closes it, or speaks without being asked.
 */
export class Connection {
  readonly opened_at: number = performance.now();
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #waiting: Promise<Uint8Array | null> | null = null;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The next bytes, or null at the end. */
  async read(): Promise<Uint8Array | null> {
    const waiting = this.#waiting ?? this.#readNext();
    this.#waiting = null;
    return await waiting;
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
  }

  /**
   * Waits for the next request.
   *
   * @param onDisturbed the other side closed it, or sent something: it is of no use any more
   */
  rest(onDisturbed: () => void): void {
    const waiting = this.#readNext();
    this.#waiting = waiting;
    const disturb = () => {
      if (this.#waiting === waiting) onDisturbed();
    };
    waiting.then(disturb, disturb);
  }

  close(): void {
    close(this.#conn);
  }

  async #readNext(): Promise<Uint8Array | null> {
    const count = await this.#conn.read(this.#buffer);
    return count === null ? null : this.#buffer.slice(0, count);
  }
}

/** What is closed already stays closed. */
export function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
