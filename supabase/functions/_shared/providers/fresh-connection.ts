/**
 * Does something with a connection that nobody used before, where the runtime offers one.
 *
 * Deno's `fetch` sends a request again, POST included, when the kept-alive connection that it chose turns out to be cut
 * (seen with 2.9). That is no matter for what may be repeated.
 *
 * @param use gets what to add to the options of `fetch`
 */
export async function onFreshConnection<T>(
  use: (options: { readonly client?: Deno.HttpClient }) => Promise<T>,
): Promise<T> {
  const client = freshClient();
  if (client === null) return await use({});
  try {
    return await use({ client });
  } finally {
    client.close();
  }
}

/** @returns null where the runtime has no such clients, or does not let us make one */
function freshClient(): Deno.HttpClient | null {
  try {
    return Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  } catch {
    return null;
  }
}
