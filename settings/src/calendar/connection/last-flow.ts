import type { Access, ProviderName } from "../../api/types.ts";
import { PROVIDERS } from "../providers.tsx";

/** What was being connected, so that it can be tried again after a detour through the provider's pages. */
export interface Flow {
  readonly provider: ProviderName;
  readonly access: Access;
}

const KEY = "ecocomply-calendar-flow";

export function rememberFlow(flow: Flow): void {
  sessionStorage.setItem(KEY, `${flow.provider} ${flow.access}`);
}

/** @returns null in a tab in which nothing was begun */
export function lastFlow(): Flow | null {
  const [name, access] = (sessionStorage.getItem(KEY) ?? "").split(" ");
  const provider = PROVIDERS.find((known) => known.name === name);
  return provider === undefined
    ? null
    : { provider: provider.name, access: access === "existing" ? "existing" : "dedicated" };
}
