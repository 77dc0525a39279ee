import assert from "node:assert/strict";
import { PASSWORD, startCalDavEmulator } from "../../../../local/providers/caldav/server.ts";
import type { CredentialsOf } from "../../../../supabase/functions/_shared/providers/credentials.ts";
import { createCalDavProvider } from "../../../../supabase/functions/_shared/providers/caldav/provider.ts";
import {
  createOutbound,
  parseHostPolicy,
} from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";
import { beOdd, calDavSubject } from "../../../support/subjects/caldav-subject.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import type { Answer, ProviderSubject } from "../subject.ts";

const refused = (status: number, reason?: string): Answer => ({
  kind: "status",
  status,
  ...(reason === undefined ? {} : { reason }),
});

/** CalDAV, by the server of our own. */
export const CALDAV: ProviderSubject = {
  name: "CalDAV",
  async start() {
    const emulator = await startCalDavEmulator();
    const policy = parseHostPolicy(emulator.url);
    const outbound = createOutbound({ policy, keep_alive: true });
    const provider = createCalDavProvider({ outbound, policy });
    const subject = calDavSubject(emulator);
    const signed_in = new Map<string, CredentialsOf<"password">>();
    const signIn = async (username: string) => {
      const typed = { kind: "password", server: emulator.url, username, password: PASSWORD } as const;
      const checked = await provider.connector.check(typed);
      assert.ok(checked.kind === "connected", JSON.stringify(checked));
      return checked.credentials;
    };
    return {
      provider,
      subject: {
        ...subject,
        emulator: { ...emulator, close: async () => (outbound.close(), await emulator.close()) },
      },
      openClient: async (account, _access, options) => {
        const credentials = signed_in.get(account) ?? await signIn(account);
        signed_in.set(account, credentials);
        return provider.createClient({ credentials, ...options });
      },
      traits: {
        paths: {
          api: "^/dav/",
          batch: null,
          calendars: "^/dav/calendars/[^/]+/[^/]+/$",
        },
        answers: {
          conflict: refused(409),
          changed_meanwhile: refused(412),
          scope_missing: null,
          no_calendar: null,
        },
        answers_for_old_ids: [],
        refresh_answers: [],
        accounts: [ADA, GRACE],
        account_without_calendar: null,
        scopes: { dedicated: [], existing: [] },
        ticked: null,
        can_revoke: false,
        renews_refresh_tokens: false,
        organisation: null,
        limitPages: (items) => emulator.state.page_size_max = items,
        is_fast: true,
        checks_times: true,
        calls_per_request: 1,
        calls_under_way: 2,
        takes_over_in_one_call: false,
        finds_own_calendar: true,
        has_default_calendar: false,
        has_event_pages: false,
        pathEndOf: (event_id) => `/${encodeURIComponent(event_id)}.ics`,
        rings_after_start: true,
        quota_pause_s: null,
        changing_ids: null,
        remindersOf: (minutes) => minutes,
        zone_names: {
          "Europe/Madrid": "Europe/Madrid",
          "America/Toronto": "America/Toronto",
          "Asia/Kolkata": "Asia/Kolkata",
        },
        forgetTimeZone: null,
        changes: {
          has_cursor: true,
          forgetCursors: () => emulator.state.expireSyncTokens(),
          refuses_other_versions: true,
          channels: null,
        },
        ways: {
          "a UID that was deleted is refused": () => beOdd(emulator, { burned_uids: true }),
          "refusals come inside a multistatus": () =>
            beOdd(emulator, { refusals_as_multistatus: true, burned_uids: true }),
          "refusals name an exception": () => beOdd(emulator, { refusals_name_exceptions: true }),
          "ETags are weak, and PUT has none": () =>
            beOdd(emulator, { weak_etags: true, no_etag_on_put: true }),
          "there are weak ETags alone": () => beOdd(emulator, { only_weak_etags: true }),
          "ETags are hashes": () => beOdd(emulator, { hash_etags: true }),
          "queries find everything": () => beOdd(emulator, { ignores_filters: true }),
          "files are written anew": () => beOdd(emulator, { rewrites_files: true }),
          "there is no sync-collection": () => beOdd(emulator, { no_sync_collection: true }),
          "sync tokens are forgotten": () => beOdd(emulator, { forgets_tokens: true, bad_tokens: "failure" }),
          "there is neither sync-collection nor ctag": () =>
            beOdd(emulator, { no_sync_collection: true, no_ctag: true }),
          "all is by the book": () => beOdd(emulator),
        },
      },
    };
  },
};
