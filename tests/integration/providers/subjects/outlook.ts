import assert from "node:assert/strict";
import { startOutlookEmulator } from "../../../../local/providers/outlook/server.ts";
import { createOutlookProvider } from "../../../../supabase/functions/_shared/providers/outlook/provider.ts";
import { outlookSubject, swapId } from "../../../support/subjects/outlook-subject.ts";
import { ADA, GRACE } from "../../../support/subjects/subject.ts";
import { oauthClients, REDIRECT_URI } from "../sign-in.ts";
import { answerGraph, clientStatesIn } from "../outlook/notifications.ts";
import type { Answer, ProviderSubject, RunningOAuthProvider, Traits } from "../subject.ts";

const CLIENT = { id: "client", secret: "no real secret", redirect_uris: [REDIRECT_URI] };
/** The emulator's personal account, and its account without a licence for Exchange. */
const JOAN = "joan@example.com";
const MARY = "mary@example.com";

const refused = (status: number, reason: string): Answer => ({ kind: "status", status, reason });
const entra = (error: string, number: number, suberror?: string): Answer => ({
  kind: "status",
  status: error === "invalid_client" ? 401 : 400,
  reason: error,
  error_codes: [number],
  ...(suberror === undefined ? {} : { suberror }),
});

const REFRESH_ANSWERS: Traits["refresh_answers"] = [
  { name: "700082, unused for 90 days", answer: entra("invalid_grant", 700082), means: "invalid_grant" },
  { name: "50173, revoked", answer: entra("invalid_grant", 50173, "bad_token"), means: "invalid_grant" },
  {
    name: "50076, asks for a second factor",
    answer: entra("interaction_required", 50076),
    means: "invalid_grant",
  },
  { name: "50057, account disabled", answer: entra("invalid_grant", 50057), means: "invalid_grant" },
  {
    name: "65001, consent withdrawn",
    answer: entra("invalid_grant", 65001, "consent_required"),
    means: "invalid_grant",
  },
  {
    name: "consent withdrawn, without a number that is known",
    answer: entra("consent_required", 1234567),
    means: "invalid_grant",
  },
  {
    name: "90094, an administrator's consent is missing",
    answer: entra("invalid_grant", 90094, "consent_required"),
    means: "admin_consent_required",
  },
  { name: "53003, Conditional Access", answer: entra("invalid_grant", 53003), means: "blocked_by_policy" },
  { name: "50105, not assigned", answer: entra("interaction_required", 50105), means: "blocked_by_policy" },
  { name: "7000222, our secret has ended", answer: entra("invalid_client", 7000222), means: "configuration" },
  {
    name: "700016, no such application",
    answer: entra("unauthorized_client", 700016),
    means: "configuration",
  },
  { name: "90033, a transient error", answer: entra("temporarily_unavailable", 90033), means: "unavailable" },
  { name: "a word that nobody knows", answer: entra("something_new", 1234567), means: "unavailable" },
];

/** Outlook, by way of Microsoft Graph. */
export const OUTLOOK: ProviderSubject<RunningOAuthProvider> = {
  name: "Outlook",
  async start() {
    const emulator = await startOutlookEmulator({ client: CLIENT });
    const { state, authority_url, graph_url } = emulator;
    const env = {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      client_secret_expires_on: null,
      authority_url,
      graph_url,
    };
    const scopes = ["calendars.readwrite"];
    const way = (names_event: boolean, status: 400 | 409, burns_ids: boolean) => () => {
      state.names_existing_event = names_event;
      state.duplicate_transaction_status = status;
      state.burn_transaction_ids = burns_ids;
    };
    const provider = createOutlookProvider(env);
    return {
      provider,
      openClient: oauthClients(provider),
      misconfigured: createOutlookProvider({ ...env, client_secret: "mistyped" }),
      subject: outlookSubject(emulator),
      traits: {
        paths: {
          api: "^/v1\\.0/(me|subscriptions)(/|$)",
          batch: "^/v1\\.0/\\$batch$",
          calendars: "^/v1\\.0/me/calendars$",
        },
        answers: {
          conflict: refused(409, "ErrorIrresolvableConflict"),
          changed_meanwhile: refused(412, "ErrorIrresolvableConflict"),
          scope_missing: refused(403, "ErrorAccessDenied"),
          no_calendar: refused(404, "MailboxNotEnabledForRESTAPI"),
        },
        answers_for_old_ids: [
          refused(400, "ErrorInvalidIdMalformed"),
          refused(400, "ErrorInvalidIdStoreObjectIdTooLong"),
          refused(404, "ErrorFolderNotFound"),
          refused(404, "ErrorParentFolderNotFound"),
        ],
        refresh_answers: REFRESH_ANSWERS,
        accounts: [ADA, GRACE, JOAN],
        account_without_calendar: MARY,
        // Graph has one scope for both.
        scopes: { dedicated: scopes, existing: scopes },
        ticked: null,
        can_revoke: false,
        renews_refresh_tokens: true,
        organisation: {
          requireAdministrator: (account) => {
            const tenant = state.accounts.get(account)?.tid;
            assert.ok(tenant);
            state.admin_consent_required.add(tenant);
          },
          administrator: ADA,
          personal_account: JOAN,
        },
        limitPages: (items) => state.page_size_max = items,
        is_fast: true,
        checks_times: true,
        calls_per_request: 20,
        calls_under_way: 20,
        takes_over_in_one_call: false,
        finds_own_calendar: true,
        has_default_calendar: true,
        has_event_pages: true,
        pathEndOf: (event_id) => `/${encodeURIComponent(event_id)}`,
        rings_after_start: false,
        quota_pause_s: 3600,
        changing_ids: {
          swap: (account, calendar_id) => swapId(emulator, account, calendar_id),
          swapNewOnes: (swaps) => state.swap_new_calendar_ids = swaps,
        },
        // An event of Outlook has one reminder: the last.
        remindersOf: (minutes) => minutes.length === 0 ? [] : [Math.min(...minutes)],
        forgetTimeZone: null,
        // Windows' names, except for the few IANA ones that Graph lists.
        zone_names: {
          "Europe/Madrid": "Romance Standard Time",
          "America/Toronto": "Eastern Standard Time",
          "Asia/Kolkata": "Asia/Kolkata",
        },
        changes: {
          has_cursor: false,
          forgetCursors: () => {},
          refuses_other_versions: false,
          channels: {
            renews: true,
            may_overlap: false,
            tokensIn: clientStatesIn,
            answer: answerGraph,
            expire: () => state.subscriptions.clear(),
          },
        },
        ways: {
          "a taken transaction id names its event": way(true, 400, true),
          "a taken transaction id does not name its event": way(false, 400, true),
          "a taken transaction id is a conflict": way(true, 409, true),
          "a deleted event frees its transaction id": way(true, 400, false),
        },
      },
    };
  },
};
