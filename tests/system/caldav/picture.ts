import {
  type Account,
  type CalDavState,
  CalDavState as State,
  type CalendarEntry,
} from "../../../local/providers/caldav/state.ts";
import { childrenOf, DAV, readXml } from "../../../local/providers/caldav/xml.ts";

/** A server that is installed here, and what its addresses look like. */
export interface RealServer {
  readonly name: string;
  /** Without a trailing slash. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Where calendars are: a path with a trailing slash, as the server spells it. */
  readonly home: string;
  /** Whether it says of a calendar that it deleted that there is none. */
  readonly denies_deletions: boolean;
}

/**
 * A picture of a server's calendars, as tests of the emulator look at them and change them at once. What a test changes in it
 * is made on the server too, before the next request gets there.
 */
export class Picture extends State {
  readonly #server: RealServer;
  /** Set while the picture is brought up to date: the server has that already. */
  #follows = false;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(server: RealServer) {
    super([{ email: server.username, name: server.username, password: server.password }]);
    this.#server = server;
    this.requests_at_once = null;
    this.account.calendars.clear();
  }

  get account(): Account {
    const account = this.accounts.get(this.#server?.username ?? "");
    if (account === undefined) throw new Error("The account is not there.");
    return account;
  }

  /** Waits until the server has what tests changed. */
  async settled(): Promise<void> {
    await this.#pending;
  }

  /** Changes the picture alone. */
  follow(change: () => void): void {
    this.#follows = true;
    try {
      change();
    } finally {
      this.#follows = false;
    }
  }

  override store(
    calendar: CalendarEntry,
    name: string,
    file: { readonly text: string; readonly uid: string },
  ) {
    this.#send("PUT", `${calendar.slug}/${name}`, file.text);
    return super.store(calendar, name, file);
  }

  override remove(calendar: CalendarEntry, name: string): boolean {
    this.#send("DELETE", `${calendar.slug}/${name}`);
    return super.remove(calendar, name);
  }

  override removeCalendar(account: Account, slug: string): boolean {
    this.#send("DELETE", `${slug}/`);
    return super.removeCalendar(account, slug);
  }

  #send(method: string, path: string, body?: string): void {
    if (this.#follows) return;
    this.#pending = this.#pending.then(async () => {
      const response = await callServer(this.#server, method, `${this.#server.home}${path}`, body);
      if (response.status >= 400 && response.status !== 404) {
        throw new Error(`${method} ${path}: ${response.status}`);
      }
    });
  }
}

/** Calls the server by itself, with the password. */
export async function callServer(
  { url, username, password }: RealServer,
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(`${username}:${password}`)}`,
      "content-type": method === "PUT" ? "text/calendar; charset=utf-8" : "application/xml; charset=utf-8",
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, text: await response.text() };
}

/**
 * Notes in the picture what a request made of the server.
 *
 * @param answer what the server said
 */
export async function follow(
  picture: Picture,
  server: RealServer,
  request: { readonly method: string; readonly path: string; readonly body: string },
  answer: { readonly status: number; readonly text: string },
): Promise<void> {
  const { method, path } = request;
  // Cyrus says 404 of a calendar that it has just deleted.
  const is_deleted = method === "DELETE" && answer.status === 404;
  const is_refused = (answer.status >= 300 && !is_deleted) || /<\S*error\b/.test(answer.text);
  if (!path.startsWith(server.home) || is_refused) return;
  const [slug = "", file = ""] = path.slice(server.home.length).split("/").map(decodeURIComponent);
  const calendar = picture.account.calendars.get(slug);
  if (method === "MKCALENDAR") {
    picture.follow(() => picture.addCalendar(picture.account, slug, givenTo(request.body)));
  } else if (method === "DELETE" && file === "") {
    picture.follow(() => picture.removeCalendar(picture.account, slug));
  } else if (calendar === undefined) return;
  else if (method === "DELETE") picture.follow(() => picture.remove(calendar, file));
  else if (method === "PUT") {
    const { status, text } = await callServer(server, "GET", path);
    const uid = /^UID:(.*?)\r?$/m.exec(text.replace(/\r?\n[ \t]/g, ""))?.[1] ?? "";
    if (status === 200) picture.follow(() => picture.store(calendar, file, { text, uid }));
  }
}

function givenTo(body: string): { readonly name: string; readonly components: readonly string[] } {
  const [set] = childrenOf(readXml(body) ?? undefined, DAV, "set");
  const [prop] = childrenOf(set, DAV, "prop");
  return { name: childrenOf(prop, DAV, "displayname")[0]?.text ?? "", components: ["VEVENT"] };
}

/** Removes every calendar that the server has. */
export async function removeCalendars(server: RealServer): Promise<void> {
  const body = '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>';
  const { text } = await callServer(server, "PROPFIND", server.home, body, { depth: "1" });
  const responses = childrenOf(readXml(text) ?? undefined, DAV, "response");
  for (const response of responses) {
    const path = new URL(childrenOf(response, DAV, "href")[0]?.text.trim() ?? "", server.url).pathname;
    const is_calendar = JSON.stringify(response).includes('"name":"calendar"');
    if (is_calendar && path !== server.home) await callServer(server, "DELETE", path);
  }
}

/** The calendar at a path of the server. */
export function calendarAtOf({ home }: RealServer) {
  return (state: CalDavState, path: string) => {
    const [account] = state.accounts.values();
    if (account === undefined || !path.startsWith(home)) return null;
    const calendar = account.calendars.get(decodeURIComponent(path.slice(home.length).replace(/\/$/, "")));
    return calendar === undefined ? null : { account, calendar };
  };
}
