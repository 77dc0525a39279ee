/** Answered by the edge function `calendar` to everybody, without a token. */
const OPEN_PATH = "/calendar/openapi.json";

/**
 * Why a call got no answer. A browser tells a page nothing of an answer that the page may not read: it looks like no
 * network at all. So the same address is asked twice, once without wanting to read the answer.
 *
 * @param functions of a Supabase client
 * @returns `origin_not_allowed`: the functions answer, and not to pages of this origin
 */
export async function reasonOfNoAnswer(
  functions: object,
  ask: typeof fetch = fetch,
): Promise<"network" | "origin_not_allowed"> {
  // supabase-js keeps the address to itself.
  const url: unknown = Reflect.get(functions, "url");
  if (url === undefined || url === null) return "network";
  const succeeds = (mode: RequestMode) =>
    ask(`${String(url)}${OPEN_PATH}`, { mode, cache: "no-store", credentials: "omit" }).then(
      () => true,
      () => false,
    );
  return await succeeds("no-cors") && !await succeeds("cors") ? "origin_not_allowed" : "network";
}
