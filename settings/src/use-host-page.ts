import { useSyncExternalStore } from "react";
import { localeOf } from "./locale.ts";

/** The page of the host application, as far as the settings follow it. */
interface HostPage {
  /** BCP 47. */
  readonly locale: string;
  readonly dir: "ltr" | "rtl";
  /** Without its query. */
  readonly address: string;
}

/** A server knows nothing of the page, and shows nothing that depends on it. */
const ON_A_SERVER: HostPage = { locale: "en", dir: "ltr", address: "" };

let last = ON_A_SERVER;

/** The page that the settings are in. A server and the first render in the browser get the same, so that they agree. */
export function useHostPage(): HostPage {
  return useSyncExternalStore(neverTold, read, () => ON_A_SERVER);
}

/** A host that changes its language or direction renders again, and the page is read then. */
function neverTold(): () => void {
  return () => {};
}

/** @returns the same object while nothing has changed, as React asks of it */
function read(): HostPage {
  const locale = localeOf(document.documentElement.lang, navigator.languages);
  const dir = document.documentElement.dir === "rtl" ? "rtl" : "ltr";
  const address = `${location.origin}${location.pathname}`;
  if (last.locale !== locale || last.dir !== dir || last.address !== address) last = { locale, dir, address };
  return last;
}
