import { useSyncExternalStore } from "react";
import { localeOf } from "./locale.ts";

/** The page of the host application, as far as the settings follow it. */
interface HostPage {
  /** BCP 47; undefined: not known yet. */
  readonly locale: string | undefined;
  /** The reader's, the best first. */
  readonly languages: readonly string[];
  readonly dir: "ltr" | "rtl";
  /** Without its query. */
  readonly address: string;
}

/** A server knows nothing of the page, and shows nothing that depends on it. */
const ON_A_SERVER: HostPage = { locale: undefined, languages: [], dir: "ltr", address: "" };

let last = ON_A_SERVER;

/** The page that the settings are in. A server and the first render in the browser get the same, so that they agree. */
export function useHostPage(): HostPage {
  return useSyncExternalStore(follow, read, () => ON_A_SERVER);
}

/** Tells of a host that changes its language or direction. */
function follow(tell: () => void): () => void {
  const observer = new MutationObserver(tell);
  observer.observe(document.documentElement, { attributeFilter: ["lang", "dir"] });
  addEventListener("languagechange", tell);
  return () => {
    observer.disconnect();
    removeEventListener("languagechange", tell);
  };
}

/** @returns the same object while nothing has changed, as React asks of it */
function read(): HostPage {
  const { languages } = navigator;
  const locale = localeOf(document.documentElement.lang, languages);
  const dir = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
  const address = `${location.origin}${location.pathname}`;
  const page: HostPage = { locale, languages, dir, address };
  if (JSON.stringify(page) !== JSON.stringify(last)) last = page;
  return last;
}
