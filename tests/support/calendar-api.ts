import assert from "node:assert/strict";
import { z } from "zod";

/** Where a stack is, as its ready line says. */
export interface StackAddress {
  readonly apiUrl: string;
  readonly publishableKey: string;
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly password: string;
}

const Integration = z.object({
  id: z.string(),
  provider: z.string(),
  account_email: z.string().nullable(),
  server: z.string().optional(),
  status: z.string(),
  access: z.string(),
  calendar_id: z.string().nullable(),
  calendar_name: z.string().nullable(),
  sync_enabled: z.boolean(),
  last_synced_at: z.string().nullable(),
  progress: z.object({ pending: z.number(), synced: z.number(), failed: z.number() }),
  last_error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }).nullable(),
  settings: z.object({
    reminders_minutes: z.array(z.number()),
    all_day_reminder_time: z.string(),
    completed_events: z.string(),
    obligation_types: z.array(z.string()).nullable(),
    title_template: z.string(),
    calendar_edits: z.string(),
  }),
});
export type Integration = z.infer<typeof Integration>;

/** What a user asks for when connecting. */
export interface Flow {
  readonly provider?: "google" | "outlook";
  readonly redirect_to: string;
  readonly access?: "dedicated" | "existing" | undefined;
}

/** What a user types to connect an account. */
export interface PasswordAccount {
  readonly server_url: string;
  readonly username: string;
  readonly password: string;
  readonly access?: "dedicated" | "existing" | undefined;
  readonly calendar_id?: string;
}

/** The Calendar API as a signed-in user calls it. */
export class CalendarApi {
  readonly #stack: StackAddress;
  readonly #access_token: string;

  private constructor(stack: StackAddress, access_token: string) {
    this.#stack = stack;
    this.#access_token = access_token;
  }

  static async signIn(stack: StackAddress, user: User): Promise<CalendarApi> {
    const response = await fetch(`${stack.apiUrl}/auth/v1/token?grant_type=password`, {
      method: "POST",
      headers: { apikey: stack.publishableKey, "content-type": "application/json" },
      body: JSON.stringify({ email: user.email, password: user.password }),
    });
    assert.equal(response.status, 200, await response.clone().text());
    const { access_token } = z.object({ access_token: z.string() }).parse(await response.json());
    return new CalendarApi(stack, access_token);
  }

  /** What every call of the user carries. */
  headers(): Record<string, string> {
    return { apikey: this.#stack.publishableKey, authorization: `Bearer ${this.#access_token}` };
  }

  /** @param path below `/functions/v1/calendar` */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.#stack.apiUrl}/functions/v1/calendar${path}`, {
      method,
      headers: {
        ...this.headers(),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      redirect: "manual",
    });
  }

  async status(): Promise<Integration[]> {
    const response = await this.request("GET", "/status");
    assert.equal(response.status, 200, await response.clone().text());
    return z.object({ integrations: z.array(Integration) }).parse(await response.json()).integrations;
  }

  /** Waits until the integration shows what `wanted` asks for. */
  async untilStatus(
    wanted: (integration: Integration) => boolean,
    timeout_ms = PATIENCE_MS,
  ): Promise<Integration> {
    return await until(async () => (await this.status()).find(wanted), timeout_ms, () => this.status());
  }

  /** The URL of the consent page. */
  async authorizeUrl(flow: Flow): Promise<string> {
    const { provider = "google", redirect_to, access = "dedicated" } = flow;
    const query = new URLSearchParams({ provider, redirect_to, access });
    const response = await this.request("GET", `/authorize?${query}`);
    assert.equal(response.status, 200, await response.clone().text());
    return z.object({ url: z.string() }).parse(await response.json()).url;
  }

  /** Goes the whole way from `authorize` to `confirm`. */
  async connect(flow: Flow & { readonly account: string }): Promise<Integration> {
    const landed = await consent(await this.authorizeUrl(flow), flow.account);
    const connection = landed.searchParams.get("calendar_connection");
    assert.ok(connection, landed.toString());
    const response = await this.request("POST", "/confirm", { connection });
    assert.equal(response.status, 200, await response.clone().text());
    return Integration.parse(await response.json());
  }

  /** Connects an account with a user name and a password, or connects it again. */
  async connectWithPassword(account: PasswordAccount): Promise<Integration> {
    const response = await this.request("POST", "/connect", { provider: "caldav", ...account });
    assert.ok(response.status === 200 || response.status === 201, await response.clone().text());
    return Integration.parse(await response.json());
  }
}

/**
 * Answers the emulator's consent page as a person would, and follows the redirects to the end.
 *
 * @returns where the browser lands
 */
export async function consent(
  authorize_url: string,
  account: string,
  choice: { readonly consent?: "allow" | "deny"; readonly scopes?: string } = {},
): Promise<URL> {
  const page = new URL(authorize_url);
  page.searchParams.set("emulator_account", account);
  page.searchParams.set("emulator_consent", choice.consent ?? "allow");
  if (choice.scopes !== undefined) page.searchParams.set("emulator_scopes", choice.scopes);
  const callback = await redirectOf(page);
  return await redirectOf(callback);
}

/** Where a GET redirects to. */
export async function redirectOf(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: "manual" });
  const body = await response.text();
  const location = response.headers.get("location");
  assert.ok(location, `${response.status} from ${url.origin}${url.pathname}: ${body.slice(0, 300)}`);
  return new URL(location, url);
}

/** What comes soon is seen soon. */
const POLL_MIN_MS = 25;
/** A look at a calendar's status costs 20 ms of a processor: who waits long leaves it to what is waited for. */
const POLL_MAX_MS = 250;
/** Of the time waited so far: so much longer than it has to, at most, does anybody wait. */
const POLL_SHARE = 0.2;
/** For what has to happen, no matter how soon: a busy machine fails no test. */
export const PATIENCE_MS = 120_000;

/** Polls until `probe` finds something; on time-out the error shows what `describe` sees then. */
export async function until<T>(
  probe: () => Promise<T | undefined | false | null>,
  timeout_ms = PATIENCE_MS,
  describe: () => Promise<unknown> = () => Promise.resolve("nothing"),
): Promise<T> {
  const began_at = performance.now();
  while (true) {
    const found = await probe();
    if (found !== undefined && found !== false && found !== null) return found;
    const waited_ms = performance.now() - began_at;
    if (waited_ms > timeout_ms) {
      throw new Error(`not within ${timeout_ms} ms; last seen: ${JSON.stringify(await describe())}`);
    }
    const pause_ms = Math.min(POLL_MAX_MS, Math.max(POLL_MIN_MS, waited_ms * POLL_SHARE));
    await new Promise((resolve) => setTimeout(resolve, pause_ms));
  }
}
