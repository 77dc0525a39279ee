import { CalendarApiError } from "./error.ts";
import { reasonOfNoAnswer } from "./no-answer.ts";
import type { Supabase } from "./supabase.ts";
import type {
  Access,
  Answers,
  EventsChoice,
  Integration,
  IntegrationChange,
  Notices,
  Preferences,
  PreferencesChange,
  ProviderName,
} from "./types.ts";

/** How an account was disconnected: at once, or with events still to remove; and where the grant itself can be ended. */
export interface Disconnection {
  readonly is_removing: boolean;
  readonly grant_page: string | null;
}

/** The Calendar API, as the signed-in user. Every method throws {@link CalendarApiError}. */
export type CalendarApi = ReturnType<typeof createCalendarApi>;

/**
 * Calls the edge function `calendar` through `supabase.functions.invoke`, which sends the session along.
 *
 * @param supabase a client whose user is signed in
 */
export function createCalendarApi(supabase: Supabase) {
  const call = async <T>(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    parameters: { readonly query?: Record<string, string>; readonly body?: Record<string, unknown> } = {},
  ): Promise<{ readonly answer: T; readonly response: Response }> => {
    const query = new URLSearchParams(parameters.query).toString();
    const { data, error, response } = await supabase.functions.invoke<T>(
      `calendar${path}${query === "" ? "" : `?${query}`}`,
      // No header of ours: gateways exist that let through those of supabase-js alone.
      parameters.body === undefined ? { method } : { method, body: parameters.body },
    );
    if (response === undefined) throw new CalendarApiError(await reasonOfNoAnswer(supabase.functions));
    if (error !== null || data === null) throw await errorOf(response);
    return { answer: data, response };
  };
  const get = async <T>(path: string, query: Record<string, string> = {}): Promise<T> =>
    (await call<T>("GET", path, { query })).answer;
  const post = async <T>(path: string, body: Record<string, unknown>): Promise<T> =>
    (await call<T>("POST", path, { body })).answer;

  return {
    // For what more.ts offers.
    call,
    get,
    post,
    /** @returns the address of the consent page */
    authorize: async ({ provider, access, redirect_to }: {
      readonly provider: ProviderName;
      readonly access: Access;
      readonly redirect_to: string;
    }) => (await get<Answers["Address"]>("/authorize", { provider, access, redirect_to })).url,
    /** @param accept_less_access the user agrees that events leave a calendar that the new consent does not cover */
    confirm: (ticket: string, accept_less_access = false) =>
      post<Integration>("/confirm", { connection: ticket, accept_less_access }),
    /** @returns the names of the providers that this installation offers */
    offeredProviders: async (): Promise<readonly ProviderName[]> =>
      (await get<Answers["Providers"]>("/providers")).providers.map(({ provider }) => provider),
    status: async () => (await get<Answers["Integrations"]>("/status")).integrations,
    update: async (change: IntegrationChange) =>
      (await call<Integration>("PATCH", "/status", { body: { ...change } })).answer,
    calendars: async (integration_id: string) =>
      (await get<Answers["Calendars"]>("/calendars", { integration_id })).calendars,
    chooseOwnCalendar: (integration_id: string) => post<Integration>("/calendars", { integration_id }),
    syncNow: (integration_id: string) => post<Answers["Queued"]>("/sync", { integration_id }),
    resume: (integration_id: string) => post<Integration>("/resume", { integration_id }),
    adminConsentUrl: async (provider: ProviderName) =>
      (await get<Answers["Address"]>("/admin_consent", { provider })).url,
    disconnect: async (integration_id: string, events: EventsChoice): Promise<Disconnection> => {
      const { response } = await call<unknown>("DELETE", "/", { query: { integration_id, events } });
      return {
        is_removing: response.status === 202,
        grant_page: /^<(https:[^>]*)>/.exec(response.headers.get("link") ?? "")?.[1] ?? null,
      };
    },
    notices: () => get<Notices>("/notices"),
    dismissNotice: (id: string) => call<unknown>("POST", `/notices/${id}/dismiss`),
    restoreNotice: (id: string) => call<unknown>("POST", `/notices/${id}/restore`),
    preferences: () => get<Preferences>("/preferences"),
    changePreferences: async (change: PreferencesChange) =>
      (await call<Preferences>("PATCH", "/preferences", { body: { ...change } })).answer,
  };
}

async function errorOf(response: Response): Promise<CalendarApiError> {
  const body: unknown = await response.json().catch(() => null);
  const code = typeof body === "object" && body !== null && "code" in body && typeof body.code === "string"
    ? body.code
    : response.status === 401
    ? "unauthorized"
    : "internal";
  const retry_after_s = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new CalendarApiError(
    code,
    Number.isFinite(retry_after_s) ? retry_after_s : null,
    response.status < 500 ? null : response.headers.get("x-request-id"),
    code === "calendar_needed" ? (body as Answers["Error"]).details?.calendars ?? [] : [],
  );
}
