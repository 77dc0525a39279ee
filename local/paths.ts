import { fileURLToPath } from "node:url";

/** The path of a `file:` URL. */
export function fromFileUrl(url: URL): string {
  return fileURLToPath(url);
}

/** The repository's root. */
export const ROOT = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");
