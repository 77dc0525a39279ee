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
  if (typeof Deno.createHttpClient !== "function") return await use({});
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  try {
    return await use({ client });
  } finally {
    client.close();
  }
}
