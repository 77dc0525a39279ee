/** Answered by the edge function `calendar` to everybody, without a token. */
const OPEN_PATH = "/calendar/openapi.json";

/**
 * Why a call got no answer. A browser tells a page nothing of an answer that the page may not read: it looks like no
 * network at all. So the same address is asked twice, once without wanting to read the answer.
 *
 * @param functions of a Supabase client
 * @returns `network`: the browser is offline; `unreachable`: nobody answers; `origin_not_allowed`: the functions answer, and not to pages of this origin
 */
export async function reasonOfNoAnswer(
  functions: object,
  ask: typeof fetch = fetch,
  // Not every reader of this file knows the types of a browser.
  is_online = () => Reflect.get(navigator, "onLine") !== false,
): Promise<"network" | "origin_not_allowed" | "unreachable"> {
  if (!is_online()) return "network";
  // supabase-js keeps the address to itself.
  const url: unknown = Reflect.get(functions, "url");
  if (url === undefined || url === null) return "unreachable";
  const succeeds = (mode: RequestMode) =>
    ask(`${String(url)}${OPEN_PATH}`, { mode, cache: "no-store", credentials: "omit" }).then(
      () => true,
      () => false,
    );
  return await succeeds("no-cors") && !await succeeds("cors") ? "origin_not_allowed" : "unreachable";
}
