/**
 * Where a feed can be read.
 *
 * @param public_url where calendar applications reach the functions; without a trailing slash
 */
export function feedUrl(public_url: string, token: string): string {
  return `${public_url}/functions/v1/calendar-feed/${token}.ics`;
}

/**
 * What a path has in the place of a token, whatever that is: the empty text where there is nothing.
 *
 * @param pathname as the function sees it, `/calendar-feed/<token>.ics`
 */
export function tokenIn(pathname: string): string {
  return pathname.replace(/^.*?\/calendar-feed\/?/, "").replace(/\.ics$/, "");
}
