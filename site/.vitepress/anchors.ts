/** The anchor of a heading as GitHub makes it, so that a link leads there and on the site. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
