import { posix } from "node:path";
import type { MarkdownIt } from "vitepress";

/**
 * Has links that leave the pages, to code, tests and rules of Prometheus, lead to the repository; where its address is not known they are
 * plain text. All other links stay, and a dead one fails the build.
 *
 * @param repository the address under which its files are seen, such as `https://…/blob/main`
 */
export function linkToRepository(md: MarkdownIt, repository: string | undefined): void {
  md.core.ruler.push("repository_links", ({ tokens, env }) => {
    const folder = posix.dirname(posix.join("docs", env.relativePath));
    for (const { children } of tokens) {
      let left_out = 0;
      for (const [index, token] of (children ?? []).entries()) {
        const href = token.attrGet("href");
        if (token.type === "link_open" && href !== null && leaves(folder, href)) {
          if (repository === undefined) {
            left_out++;
            children?.splice(index, 1, new token.constructor("text", "", 0));
          } else token.attrSet("href", `${repository}/${posix.join(folder, href)}`);
        } else if (token.type === "link_close" && left_out > 0) {
          left_out--;
          children?.splice(index, 1, new token.constructor("text", "", 0));
        }
      }
    }
  });
}

function leaves(folder: string, href: string): boolean {
  if (/^([a-z]+:|\/|#)/.test(href)) return false;
  const [path = ""] = posix.join(folder, href).split("#");
  return !path.startsWith("docs/") || !path.endsWith(".md");
}
