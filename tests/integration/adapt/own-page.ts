import type { SupabaseClient } from "@supabase/supabase-js";

/** What this page uses of an integration. */
export interface Integration {
  readonly id: string;
  readonly provider: "google" | "outlook" | "caldav";
  readonly account_email: string | null;
  readonly status: "pending_confirmation" | "active" | "disconnected" | "paused" | "disconnecting";
  readonly progress: { readonly pending: number; readonly synced: number; readonly failed: number };
  readonly last_error: { readonly code: string; readonly message: string } | null;
}

async function call<T>(
  supabase: SupabaseClient,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: Record<string, string>,
): Promise<T> {
  const options = body === undefined ? { method } : { method, body };
  const { data, error } = await supabase.functions.invoke<T>(`calendar/${path}`, options);
  if (error) throw error;
  if (data === null) throw new Error(`Nothing came from ${path}.`);
  return data;
}

/** The consent page to send the browser to. It comes back to `redirect_to`, an entry of CALENDAR_REDIRECT_URLS to the letter. */
export async function connect(
  supabase: SupabaseClient,
  provider: "google" | "outlook",
  redirect_to: string,
): Promise<string> {
  const query = new URLSearchParams({ provider, redirect_to });
  return (await call<{ url: string }>(supabase, "GET", `authorize?${query}`)).url;
}

/** To be called where the browser comes back, by the user who began. Take the ticket out of the address first: it is good once. */
export async function finish(supabase: SupabaseClient, address: URL): Promise<Integration> {
  const failed = address.searchParams.get("calendar_error");
  if (failed !== null) throw new Error(`Not connected: ${failed}.`);
  const connection = address.searchParams.get("calendar_connection") ?? "";
  return await call<Integration>(supabase, "POST", "confirm", { connection });
}

/** The user's accounts: `last_error.message` says what to do about one that is not active. */
export async function status(supabase: SupabaseClient): Promise<readonly Integration[]> {
  return (await call<{ integrations: Integration[] }>(supabase, "GET", "status")).integrations;
}

/** Disconnects; the events stay in the calendar, or go while `status` shows `disconnecting`. */
export async function disconnect(
  supabase: SupabaseClient,
  integration_id: string,
  events: "keep" | "remove",
): Promise<void> {
  const query = new URLSearchParams({ integration_id, events });
  await call<unknown>(supabase, "DELETE", `?${query}`);
}
