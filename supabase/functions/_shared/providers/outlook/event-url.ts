import type { EventPlace } from "../provider.ts";
import { PERSONAL_TENANT, tenantOf } from "./authority.ts";

/** Where the clouds of Microsoft have Outlook on the web, by the host of their Graph. */
const WEB_ORIGINS: Readonly<Record<string, string>> = {
  "graph.microsoft.com": "https://outlook.office365.com",
  "graph.microsoft.us": "https://outlook.office365.us",
  "dod-graph.microsoft.us": "https://webmail.apps.mil",
  "microsoftgraph.chinacloudapi.cn": "https://partner.outlook.cn",
};
const PERSONAL_ORIGIN = "https://outlook.live.com";

/**
 * The address of an event's page in Outlook on the web: it follows from the event's id, and from whether the account is a personal
 * one.
 *
 * @param graph_url `MICROSOFT_GRAPH_URL`; one that is not Microsoft's has its own pages
 * @source https://learn.microsoft.com/graph/api/resources/event, webLink
 */
export function eventUrl(graph_url: string, { event_id, account_id }: EventPlace): string {
  const { host, origin } = new URL(graph_url);
  const work_origin = WEB_ORIGINS[host];
  const web_origin =
    work_origin !== undefined && account_id !== null && tenantOf(account_id) === PERSONAL_TENANT
      ? PERSONAL_ORIGIN
      : work_origin ?? origin;
  return `${web_origin}/calendar/item/${encodeURIComponent(event_id)}`;
}
