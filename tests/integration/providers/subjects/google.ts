import { startGoogleEmulator } from "../../../../local/providers/google/server.ts";
import { createGoogleProvider } from "../../../../supabase/functions/_shared/providers/google/provider.ts";
import { googleSubject } from "../../../support/subjects/google-subject.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import { oauthClients, REDIRECT_URI } from "../sign-in.ts";
import type { Answer, ProviderSubject, RunningOAuthProvider, Traits } from "../subject.ts";

const CLIENT = { id: "client", secret: "no real secret", redirect_uris: [REDIRECT_URI] };
const SCOPE = "https://www.googleapis.com/auth/";
const DEDICATED = ["openid", "email", `${SCOPE}calendar.app.created`];

const refused = (status: number, reason: string): Answer => ({ kind: "status", status, reason });

const REFRESH_ANSWERS: Traits["refresh_answers"] = [
  { name: "invalid_grant", answer: refused(400, "invalid_grant"), means: "invalid_grant" },
  {
    name: "admin_policy_enforced",
    answer: refused(400, "admin_policy_enforced"),
    means: "blocked_by_policy",
  },
  { name: "org_internal", answer: refused(403, "org_internal"), means: "configuration" },
  { name: "deleted_client", answer: refused(401, "deleted_client"), means: "configuration" },
  { name: "disabled_client", answer: refused(401, "disabled_client"), means: "configuration" },
  { name: "a word that nobody knows", answer: refused(400, "something_new"), means: "unavailable" },
];

/** Google Calendar. */
export const GOOGLE: ProviderSubject<RunningOAuthProvider> = {
  name: "Google",
  async start() {
    const emulator = await startGoogleEmulator({ client: CLIENT });
    const env = {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      authority_url: emulator.url,
      api_url: emulator.url,
    };
    const provider = createGoogleProvider(env);
    return {
      provider,
      openClient: oauthClients(provider),
      misconfigured: createGoogleProvider({ ...env, client_secret: "mistyped" }),
      subject: googleSubject(emulator),
      traits: {
        paths: {
          api: "^/calendar/v3/",
          batch: "^/batch/calendar/v3$",
          calendars: "^/calendar/v3/calendars$",
        },
        answers: {
          conflict: refused(409, "conflict"),
          changed_meanwhile: refused(412, "conditionNotMet"),
          scope_missing: refused(403, "insufficientPermissions"),
          no_calendar: refused(403, "notACalendarUser"),
        },
        answers_for_old_ids: [],
        refresh_answers: REFRESH_ANSWERS,
        accounts: [ADA, GRACE],
        // `calendar.app.created` has no call that would tell.
        account_without_calendar: null,
        scopes: {
          dedicated: DEDICATED,
          existing: [...DEDICATED, `${SCOPE}calendar.events`, `${SCOPE}calendar.calendarlist.readonly`],
        },
        ticked: `${SCOPE}calendar.app.created ${SCOPE}calendar.events`,
        can_revoke: true,
        renews_refresh_tokens: false,
        organisation: null,
        limitPages: (items) => emulator.state.page_size_max = items,
        is_fast: true,
        checks_times: true,
        calls_per_request: 50,
        calls_under_way: 200,
        takes_over_in_one_call: false,
        finds_own_calendar: false,
        has_default_calendar: true,
        has_event_pages: true,
        pathEndOf: (event_id) => `/${encodeURIComponent(event_id)}`,
        rings_after_start: false,
        quota_pause_s: 3600,
        changing_ids: null,
        remindersOf: (minutes) => minutes,
        zone_names: {
          "Europe/Madrid": "Europe/Madrid",
          "America/Toronto": "America/Toronto",
          "Asia/Kolkata": "Asia/Kolkata",
        },
        forgetTimeZone: (time_zone) => emulator.state.unknown_time_zones.add(time_zone),
        changes: {
          has_cursor: true,
          forgetCursors: () => emulator.state.expireSyncTokens(),
          refuses_other_versions: true,
          channels: {
            renews: false,
            may_overlap: true,
            tokensIn: ({ headers }) => [headers.get("x-goog-channel-token") ?? ""],
            answer: () => new Response(null, { status: 204 }),
            expire: () => emulator.state.channels.expire(),
          },
        },
        ways: {
          "a deleted event can be brought back": () => emulator.state.restore_allowed = true,
          "a deleted event stays deleted": () => emulator.state.restore_allowed = false,
        },
      },
    };
  },
};
