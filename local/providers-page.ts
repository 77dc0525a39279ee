import { CALDAV_ANSWERS } from "../supabase/functions/_shared/providers/caldav/answers.ts";
import { LABEL as CALDAV } from "../supabase/functions/_shared/providers/caldav/name.ts";
import {
  CHANNEL_ANSWERS as GOOGLE_CHANNEL_ANSWERS,
  GOOGLE_ANSWERS,
  TOKEN_ANSWERS as GOOGLE_TOKEN_ANSWERS,
} from "../supabase/functions/_shared/providers/google/answers.ts";
import { LABEL as GOOGLE } from "../supabase/functions/_shared/providers/google/name.ts";
import { LABEL as OUTLOOK } from "../supabase/functions/_shared/providers/outlook/name.ts";
import type { AnswerRow } from "../supabase/functions/_shared/providers/answer-table.ts";
import {
  GRAPH_ANSWERS,
  SUBSCRIPTION_ROWS,
  TOKEN_ANSWERS as ENTRA_TOKEN_ANSWERS,
} from "../supabase/functions/_shared/providers/outlook/answers.ts";
import type { RefreshRefusal } from "../supabase/functions/_shared/providers/connector.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The page that holds the generated table. */
export const PROVIDERS_PAGE_PATH = `${ROOT}/docs/understand/providers.md`;

const BEGIN = "<!-- Written by npm run generate from the tables in the providers' answers.ts. -->";
const END = "<!-- The end of what is generated. -->";

/**
 * The page with its table as the code has it.
 *
 * @throws Error where the page lacks the marks around the table
 */
export async function renderProvidersPage(): Promise<string> {
  const page = await Deno.readTextFile(PROVIDERS_PAGE_PATH);
  const [before, rest] = page.split(BEGIN);
  const [, after] = (rest ?? "").split(END);
  if (before === undefined || after === undefined) throw new Error(`${PROVIDERS_PAGE_PATH} lacks its marks.`);
  return await formatted(`${before}${BEGIN}\n\n${table()}\n\n${END}${after}`, "md");
}

function table(): string {
  const rows = [
    ...GOOGLE_ANSWERS.map((row) => apiRow(GOOGLE, row, GOOGLE_ANSWERS)),
    ...GOOGLE_CHANNEL_ANSWERS.map((row) => apiRow(GOOGLE, row, GOOGLE_CHANNEL_ANSWERS, "channels: ")),
    ...GOOGLE_TOKEN_ANSWERS.map(({ error, means, source }) =>
      tokenRow(GOOGLE, `\`${error}\``, means, source)
    ),
    ...GRAPH_ANSWERS.map((row) => apiRow(OUTLOOK, row, GRAPH_ANSWERS)),
    ...SUBSCRIPTION_ROWS.map((row) => apiRow(OUTLOOK, row, SUBSCRIPTION_ROWS, "channels: ")),
    ...ENTRA_TOKEN_ANSWERS.map(({ errors, detail, means, source }) =>
      tokenRow(
        OUTLOOK,
        `${errors === null ? "any error" : errors.map((error) => `\`${error}\``).join(", ")}${
          detail === null ? "" : ` with ${/^\d/.test(detail) ? `AADSTS${detail}` : `\`${detail}\``}`
        }`,
        means,
        source,
      )
    ),
    ...CALDAV_ANSWERS.map((row) => apiRow(CALDAV, row, CALDAV_ANSWERS)),
  ];
  return [
    ["Provider", "Answer", "Outcome", "What the user sees", "Source"],
    ["-", "-", "-", "-", "-"],
    ...rows,
  ]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

function apiRow(
  provider: string,
  { status, reason, means, source }: AnswerRow,
  all: readonly AnswerRow[],
  about = "",
): string[] {
  const words = reason === null
    ? all.some((row) => row.status === status && row.reason !== null) ? "any other reason" : "any reason"
    : reason === ""
    ? "not in the provider's shape"
    : reason === "unspecified"
    ? "without a reason"
    : `\`${reason}\``;
  const statuses = status === "*" ? "any other" : String(status);
  const shown = about === "" ? shownOf(means) : SHOWN_OF_CHANNELS;
  return [provider, `${about}${statuses}, ${words}`, `\`${means.kind}\``, shown, linked(source)];
}

function tokenRow(provider: string, answer: string, means: RefreshRefusal, source: string): string[] {
  return [provider, `token endpoint: ${answer}`, `\`${means}\``, SHOWN_OF_TOKENS[means], linked(source)];
}

function shownOf(means: AnswerRow["means"]): string {
  switch (means.kind) {
    case "gone":
      return "nothing: a removal is done, a change makes the event anew; of the calendar itself: paused, `calendar_missing`";
    case "exists":
      return "nothing: what is there is taken over";
    case "conflict":
      return "nothing: it is looked at again";
    case "retry":
      return "nothing, unless all else fails too: `provider_unavailable`";
    case "unknown":
      return "the same; a repetition finds what was done";
    case "pause":
      return means.code === null
        ? "nothing: the calendar waits for seconds"
        : `\`${means.code}\`, goes on by itself`;
    case "token_rejected":
      return "nothing: one refresh, one repetition; of a password: refused again minutes later by the account's own address, disconnected, `invalid_grant`";
    case "needs_reconnect":
      return `disconnected, \`${means.code}\`: connect again`;
    case "needs_admin":
      return `paused, \`${means.code}\`: ask the administrator`;
    case "calendar_missing":
    case "calendar_moved":
    case "mailbox_unavailable":
      return `paused, \`${means.kind}\`; at connecting, told before anything is stored`;
    case "rejected":
      return "the obligation under `failed`, with its reason";
  }
}

const SHOWN_OF_CHANNELS = "nothing: until there is a channel, the calendar is read every 15 minutes";

const SHOWN_OF_TOKENS: Readonly<Record<RefreshRefusal, string>> = {
  invalid_grant: "disconnected, `invalid_grant`: connect again",
  admin_consent_required: "disconnected, `admin_consent_required`, with the link for the administrator",
  blocked_by_policy: "paused, `blocked_by_policy`: ask the administrator; tried once a day and at *Sync now*",
  configuration: "active, `configuration`: the operator has to correct the client",
  unavailable: "active, `provider_unavailable`: goes on by itself",
};

function linked(source: string): string {
  const [url = "", ...rest] = source.split(/(?<=^https:\/\/[^\s,]+)(?=[\s,])/);
  if (!url.startsWith("https://")) return source;
  return `[${url.replace(/^https:\/\//, "").replace(/^.*\/(?=.)/, "")}](${url})${rest.join("")}`;
}
