import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { createCallBudget } from "../../supabase/functions/_shared/providers/call-budget.ts";
import type { SignedIn } from "./account.ts";
import type { OwnCalendar } from "./assumption.ts";

/** The whole name of each calendar that a check makes: nothing else is ever deleted. */
const NAME = /^EcoComply live check [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const newName = () => `EcoComply live check ${crypto.randomUUID()}`;

const Noted = z.array(z.strictObject({
  provider: z.string(),
  /** A hash: the file says of nobody that they have an account. */
  account: z.string(),
  calendar_id: z.string(),
}));
type Noted = z.infer<typeof Noted>;

/**
 * The calendars that this check made in an account. Each is noted in a file as soon as it is there, so that a second run removes what
 * a first one left: with a grant for calendars of our own alone, Google lists none.
 */
export class OwnCalendars {
  readonly #provider: string;
  readonly #account: string;
  readonly #signed_in: SignedIn;
  readonly #path: string;
  #is_closed = false;
  #making: Promise<unknown> = Promise.resolve();

  constructor(provider: string, signed_in: SignedIn, path: string) {
    this.#provider = provider;
    this.#account = createHash("sha256").update(`${provider} ${signed_in.account_id}`).digest("hex");
    this.#signed_in = signed_in;
    this.#path = path;
  }

  /** @throws Error where the provider makes none */
  async make(): Promise<OwnCalendar> {
    if (this.#is_closed) throw new Error("the check is ending");
    const made = this.#make();
    this.#making = made.catch(() => {});
    return await made;
  }

  async #make(): Promise<OwnCalendar> {
    const owner = crypto.randomUUID();
    const made = await this.#clientOf(owner).createCalendar({
      name: newName(),
      description: "Made by npm run live-check, and deleted at its end.",
      time_zone: "Europe/Paris",
    });
    if (made.kind !== "done") {
      throw new Error(`no calendar was made: ${made.kind}${"reason" in made ? `, ${made.reason}` : ""}`);
    }
    const { id } = made.value;
    const mine = { provider: this.#provider, account: this.#account, calendar_id: id };
    await this.#write([...await this.#read(), mine]);
    const calendar = { id, role: "own" } as const;
    const client = this.#signed_in.createClient({ owner, calendar, budget: createCallBudget(Infinity) });
    return { id, owner, client };
  }

  /**
   * Deletes what this run and earlier ones made. Nothing is made after that.
   *
   * @returns how many are gone, and how many are still there
   */
  async removeAll(): Promise<{ readonly removed: number; readonly left: number }> {
    this.#is_closed = true;
    await this.#making;
    const client = this.#clientOf(crypto.randomUUID());
    const noted = await this.#read();
    const is_mine = (one: Noted[number]) => one.provider === this.#provider && one.account === this.#account;
    const listed = await client.listCalendars();
    const found = listed.kind === "done" ? listed.value.filter(({ name }) => NAME.test(name)) : [];
    const ids = new Set([
      ...noted.filter(is_mine).map(({ calendar_id }) => calendar_id),
      ...found.map(({ id }) => id),
    ]);
    const left: string[] = [];
    for (const id of ids) {
      const { kind } = await client.deleteCalendar(id);
      if (!["done", "gone", "calendar_missing"].includes(kind)) left.push(id);
    }
    await this.#write([
      ...noted.filter((one) => !is_mine(one)),
      ...left.map((calendar_id) => ({ provider: this.#provider, account: this.#account, calendar_id })),
    ]);
    return { removed: ids.size - left.length, left: left.length };
  }

  /** Lets calendars be made again, after those of an earlier run were removed. */
  reopen(): void {
    this.#is_closed = false;
  }

  #clientOf(owner: string) {
    return this.#signed_in.createClient({ owner, calendar: null, budget: createCallBudget(Infinity) });
  }

  async #read(): Promise<Noted> {
    const text = await readFile(this.#path, "utf8").catch(() => "[]");
    return Noted.parse(JSON.parse(text));
  }

  async #write(noted: Noted): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(this.#path, `${JSON.stringify(noted, null, 2)}\n`, { mode: 0o600 });
  }
}
