import type { Finding } from "./assumption.ts";
import type { Terminal } from "./terminal.ts";

const WORDS: Readonly<Record<Finding["kind"], string>> = {
  holds: "holds",
  does_not_hold: "DOES NOT HOLD",
  not_tried: "could not be tried",
};
const WIDTH = Math.max(...Object.values(WORDS).map(({ length }) => length));

/** Prints one line for each assumption, and counts them. */
export class Report {
  readonly counts: Record<Finding["kind"], number> = { holds: 0, does_not_hold: 0, not_tried: 0 };
  readonly #terminal: Terminal;
  readonly #secrets: readonly string[];

  /** @param secrets are never printed, whatever an answer says */
  constructor(terminal: Terminal, secrets: readonly string[]) {
    this.#terminal = terminal;
    this.#secrets = secrets.filter((secret) => secret !== "");
  }

  add(name: string, { kind, seen }: Finding): void {
    this.counts[kind]++;
    const safe = this.#secrets.reduce((text, secret) => text.replaceAll(secret, "…"), seen);
    this.#terminal.say(`${WORDS[kind].padEnd(WIDTH)}  ${name} [${safe}]`);
  }

  /** The last line. */
  sum(): string {
    const { holds, does_not_hold, not_tried } = this.counts;
    return `${holds} hold, ${does_not_hold} do not hold, ${not_tried} could not be tried`;
  }
}
