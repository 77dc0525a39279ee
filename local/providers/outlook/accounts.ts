import { calendarId } from "./ids.ts";
import type { OutlookAccount, OutlookCalendar } from "./state.ts";

/** The tenant of personal accounts, the same for all of them (Microsoft, "ID token claims reference"). */
export const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";
/** The tenant of Ada and Mary. */
export const TENANT_A = "a0a0a0a0-1111-4aaa-8aaa-a0a0a0a0a0a0";
/** The tenant of Grace. */
export const TENANT_B = "b0b0b0b0-2222-4bbb-8bbb-b0b0b0b0b0b0";

const PEOPLE = [
  { email: "ada@example.com", name: "Ada Lovelace", tid: TENANT_A, has_mailbox: true },
  { email: "grace@example.com", name: "Grace Hopper", tid: TENANT_B, has_mailbox: true },
  { email: "joan@example.com", name: "Joan Clarke", tid: PERSONAL_TENANT, has_mailbox: true },
  { email: "mary@example.com", name: "Mary Somerville", tid: TENANT_A, has_mailbox: false },
] as const;

/** Accounts as they are before anybody used them; ids are new each time. */
export function createAccounts(nextChangeKey: () => string): Map<string, OutlookAccount> {
  return new Map(PEOPLE.map((person) => {
    const own: OutlookCalendar = {
      id: calendarId(),
      name: "Calendar",
      color: "auto",
      hexColor: "",
      isDefault: true,
      canEdit: true,
      owner: { name: person.name, address: person.email },
      changeKey: nextChangeKey(),
      extendedProperties: new Map(),
      events: new Map(),
      deleted: new Map(),
    };
    const shared: OutlookCalendar = {
      ...own,
      id: calendarId(),
      name: "Team holidays",
      isDefault: false,
      canEdit: false,
      owner: { name: "Mary Somerville", address: "mary@example.com" },
      extendedProperties: new Map(),
      events: new Map(),
      deleted: new Map(),
    };
    const calendars = person.email === "ada@example.com" ? [own, shared] : [own];
    const account: OutlookAccount = {
      ...person,
      oid: crypto.randomUUID(),
      sub: crypto.randomUUID().replaceAll("-", ""),
      calendars: new Map(calendars.map((calendar) => [calendar.id, calendar])),
      transactions: new Map(),
    };
    return [account.email, account];
  }));
}

/** Whether an account may sign in at a path segment such as `common`. */
export function belongsTo(account: OutlookAccount, tenant: string): boolean {
  switch (tenant) {
    case "common":
      return true;
    case "organizations":
      return account.tid !== PERSONAL_TENANT;
    case "consumers":
      return account.tid === PERSONAL_TENANT;
    default:
      return account.tid === tenant;
  }
}

/** Whether the path segment names a tenant, or a group of them. */
export function isTenant(segment: string): boolean {
  return ["common", "organizations", "consumers", PERSONAL_TENANT, TENANT_A, TENANT_B].includes(segment);
}
