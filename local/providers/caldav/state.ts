import { ObservedState } from "../observed-state.ts";

/** Somebody with an account on the server. */
export interface Account {
  /** Also the user name. */
  readonly email: string;
  readonly name: string;
  /** What the server takes, such as passwords for applications: none where all were withdrawn. */
  readonly passwords: Set<string>;
  /** By the last part of their paths. */
  readonly calendars: Map<string, CalendarEntry>;
  /** Last parts of the paths of calendars in the trash. */
  readonly trash: Set<string>;
}

/** A calendar of an account. */
export interface CalendarEntry {
  readonly slug: string;
  name: string;
  description: string;
  color: string;
  /** A VCALENDAR with the calendar's VTIMEZONE, as its maker wrote it. */
  time_zone: string | null;
  readonly components: readonly string[];
  writable: boolean;
  readonly files: Map<string, StoredFile>;
  /** Names of files that are gone, and since which revision. */
  readonly removed: Map<string, number>;
  /** Files that were deleted, by their names: a person can put them back. */
  readonly deleted: Map<string, Pick<StoredFile, "text" | "uid">>;
  /** Each UID that a file had that was deleted. */
  readonly burned_uids: Set<string>;
  revision: number;
}

/** One file of a calendar. */
export interface StoredFile {
  readonly text: string;
  readonly uid: string;
  readonly revision: number;
  readonly stored_at_ms: number;
}

/** What real servers were seen to do beside what the standards say. All off: a server by the book. */
export interface Oddities {
  /** Digest (RFC 7616) is the only way to sign in (sabre, Baïkal): Basic is refused whatever the password is. */
  digest_only: boolean;
  /** Refusals of PUT and MKCALENDAR, and what PROPFIND does not find, come as 207 with the error inside (Xandikos). */
  refusals_as_multistatus: boolean;
  /** Every refusal has an `error`, mostly without a precondition (sabre, Nextcloud). */
  refusals_name_exceptions: boolean;
  /** ETags of GET are weak (Cyrus, when it compresses). */
  weak_etags: boolean;
  /** There are weak ETags alone, which no If-Match matches (RFC 9110 §13.1.1). */
  only_weak_etags: boolean;
  /** An ETag is a hash of its file: the same file has the same one again (sabre, Radicale, Xandikos). */
  hash_etags: boolean;
  /** PUT does not answer an ETag (sabre, where it changed the file). */
  no_etag_on_put: boolean;
  /** A UID that was deleted is never taken again (Zoho). */
  burned_uids: boolean;
  /**
   * `refused`: there is no MKCALENDAR (Posteo). `limited`: so many an hour, then 429 (Nextcloud). `property_refused`: 207, a property has
   * 403, and nothing is made (RFC 4791 §5.3.1).
   */
  mkcalendar: "allowed" | "refused" | "limited" | "property_refused";
  /** The stored file is not the one that was sent: other order, other PRODID, no X- properties. */
  rewrites_files: boolean;
  /** 403 instead of 404 for what is in a calendar that is not there (Cyrus). */
  forbids_missing_calendars: boolean;
  /** DELETE of a calendar answers 404 although it worked (Cyrus). */
  denies_deletions: boolean;
  /** The path of a calendar that was deleted stays taken (Nextcloud). */
  trash_keeps_names: boolean;
  /** What is said to a sync token that is not known: 500 (Xandikos), 409; else 403 `valid-sync-token`. */
  bad_tokens: "forbidden" | "conflict" | "failure";
  /** No sync token is known for long. */
  forgets_tokens: boolean;
  /** There is no sync-collection (Purelymail). */
  no_sync_collection: boolean;
  /** There is no ctag (Purelymail). */
  no_ctag: boolean;
  /** A query finds every file of its component, whatever its filter says of properties. */
  ignores_filters: boolean;
  /** Nothing more can be stored: 507. */
  is_full: boolean;
}

/** The server by the book. */
export const BY_THE_BOOK: Oddities = {
  digest_only: false,
  refusals_as_multistatus: false,
  refusals_name_exceptions: false,
  weak_etags: false,
  only_weak_etags: false,
  hash_etags: false,
  no_etag_on_put: false,
  burned_uids: false,
  mkcalendar: "allowed",
  rewrites_files: false,
  forbids_missing_calendars: false,
  denies_deletions: false,
  trash_keeps_names: false,
  bad_tokens: "forbidden",
  forgets_tokens: false,
  no_sync_collection: false,
  no_ctag: false,
  ignores_filters: false,
  is_full: false,
};

/** Nextcloud's limit of new calendars. */
export const CALENDARS_PER_HOUR = 10;
/** Several services answer 503 beyond this many requests of an account at a time. */
const REQUESTS_AT_ONCE = 4;

/** Everything that the emulator knows. */
export class CalDavState extends ObservedState {
  readonly accounts = new Map<string, Account>();
  /** How many calendars each account made, and when. */
  readonly calendars_made = new Map<string, number[]>();
  odd: Oddities = { ...BY_THE_BOOK };
  /** How many entries a sync-collection answers at most; null: all. */
  page_size_max: number | null = null;
  /** How many files a calendar-multiget answers at most, without a word of the others (Zoho); null: all. */
  multiget_max: number | null = null;
  /** A REPORT that would answer more files has 507 and no file (RFC 4791 §7.8); null: there is no such limit. */
  matches_max: number | null = null;
  /** Of one account; null: any number. */
  requests_at_once: number | null = REQUESTS_AT_ONCE;
  /** Sync tokens of other generations are not known any more. */
  token_generation = 0;
  /** Where calendars are, when that is another origin than the principal's; null: the same one. */
  shard_url: string | null = null;

  constructor(accounts: readonly { email: string; name: string; password: string }[]) {
    super();
    for (const { email, name, password } of accounts) {
      const account: Account = {
        email,
        name,
        passwords: new Set([password]),
        calendars: new Map(),
        trash: new Set(),
      };
      this.accounts.set(email, account);
      this.addCalendar(account, "personal", { name: "Personal" });
      this.addCalendar(account, "tasks", { name: "Tasks", components: ["VTODO"] });
    }
  }

  addCalendar(
    account: Account,
    slug: string,
    given: Partial<Pick<CalendarEntry, "name" | "description" | "color" | "time_zone" | "components">>,
  ): CalendarEntry {
    const calendar: CalendarEntry = {
      slug,
      name: slug,
      description: "",
      color: "#0082C9FF",
      time_zone: null,
      components: ["VEVENT", "VTODO"],
      ...given,
      writable: true,
      files: new Map(),
      removed: new Map(),
      deleted: new Map(),
      burned_uids: new Set(),
      revision: this.nextRevision(),
    };
    account.calendars.set(slug, calendar);
    return calendar;
  }

  /** Stores a file, whoever wrote it. */
  store(calendar: CalendarEntry, name: string, file: Pick<StoredFile, "text" | "uid">): StoredFile {
    const stored = { ...file, revision: this.nextRevision(), stored_at_ms: Date.now() };
    calendar.files.set(name, stored);
    calendar.removed.delete(name);
    calendar.deleted.delete(name);
    calendar.revision = stored.revision;
    return stored;
  }

  /** Removes a file, whoever wants that; false where there is none. */
  remove(calendar: CalendarEntry, name: string): boolean {
    const file = calendar.files.get(name);
    if (file === undefined) return false;
    calendar.files.delete(name);
    calendar.deleted.set(name, file);
    calendar.burned_uids.add(file.uid);
    calendar.revision = this.nextRevision();
    calendar.removed.set(name, calendar.revision);
    return true;
  }

  /** Every sync token that was given so far is too old from now on. */
  expireSyncTokens(): void {
    this.token_generation++;
  }

  removeCalendar(account: Account, slug: string): boolean {
    if (!account.calendars.delete(slug)) return false;
    account.trash.add(slug);
    this.nextRevision();
    return true;
  }
}

/** The calendar at a path, as the client names calendars. */
export function calendarAt(
  state: CalDavState,
  path: string,
): { readonly account: Account; readonly calendar: CalendarEntry } | null {
  const [, , , user = "", slug = ""] = path.split("/").map(decodeURIComponent);
  const account = state.accounts.get(user);
  const calendar = account?.calendars.get(slug);
  return account && calendar ? { account, calendar } : null;
}
