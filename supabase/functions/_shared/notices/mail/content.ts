import { z } from "zod";
import { CHANGED_AGAIN } from "../../domain/own-reasons.ts";
import { instantInWords } from "../../domain/when-in-words.ts";
import { NOTICE_KINDS, type NoticeKind } from "../kinds.ts";
import { calendarInWords, type NoticeCalendar, noticeMessage } from "../message.ts";

const Count = z.int();

/** What a mail about one notice is made of, as `calendar_sync.queue_mails` wrote it. */
const Single = z.object({
  kind: z.enum(NOTICE_KINDS),
  integration_id: z.string().optional(),
  code: z.string().optional(),
  created_at: z.string(),
  /** Mails before this one. */
  mails: Count,
  /** Open deadlines within two weeks, where that was found out. */
  due_soon: Count.optional(),
});

const Digest = z.object({
  kind: z.literal("digest"),
  items: z.array(z.object({
    kind: z.enum(NOTICE_KINDS),
    integration_id: z.string().optional(),
    code: z.string().optional(),
    count: Count,
  })),
});

/** What only an administrator can mend, as `calendar_sync.tell_admin` wrote it. */
const ForAdmin = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("many_lost"), lost: Count, connections: Count }),
  z.object({ kind: z.literal("configuration"), provider: z.string() }),
  z.object({ kind: z.literal("erasure") }),
  z.object({ kind: z.literal("stalled") }),
  z.object({ kind: z.literal("tick") }),
  z.object({ kind: z.literal("webhook"), webhook_id: z.string(), code: z.enum(["gone", "failing"]) }),
]);

/** What a delivery of channel `mail` tells. */
export const MailPayload = z.union([Single, Digest, ForAdmin]);
export type MailPayload = z.infer<typeof MailPayload>;

/** The calendars that a mail is about, by the id of their integration. */
export type Calendars = Readonly<Record<string, NoticeCalendar>>;

/** A mail in words. Paragraphs are plain text. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Each in a line of its own. */
  readonly items: readonly string[];
  readonly button: string;
  /** Why somebody gets it. */
  readonly footer: string;
  /** What can be switched off; nothing: it cannot. */
  readonly kinds: readonly NoticeKind[];
}

/** @param payload of the delivery: the same one always makes the same words */
export function mailContent(payload: MailPayload, calendars: Calendars): MailContent {
  if (payload.kind === "digest") return digest(payload, calendars);
  if ("created_at" in payload) return single(payload, calendars);
  return forAdmin(payload);
}

const FOOTER =
  "You get this mail because calendars are connected to your account. The page also says what comes by mail.";

const SUBJECTS: Readonly<Record<NoticeKind, string>> = {
  connection_lost: "The connection to your calendar is lost",
  connection_paused: "The sync with your calendar is paused",
  deadline_failed: "A deadline could not be shown in your calendar",
  deadline_restored: "An event was put back into your calendar",
  deadline_hidden: "A deadline is not shown in your calendar any more",
  proposal_opened: "An event was moved in your calendar",
  connection_added: "A calendar was connected to your account",
  key_added: "An API key was made for your account",
  webhook_added: "A webhook was added to your account",
  webhook_disabled: "A webhook of your account is switched off",
};

const CHANGED_AGAIN_SUBJECT = "An event in your calendar is changed again and again";

function subjectOf({ kind, code, mails }: z.infer<typeof Single>): string {
  const subject = kind === "deadline_failed" && code === CHANGED_AGAIN
    ? CHANGED_AGAIN_SUBJECT
    : SUBJECTS[kind];
  return lasts(kind) && mails > 0 ? `Still so: ${subject.toLowerCase()}` : subject;
}

/** Whether its mail is repeated until it is over. */
function lasts(kind: NoticeKind): boolean {
  return kind === "connection_lost" || kind === "connection_paused";
}

function single(payload: z.infer<typeof Single>, calendars: Calendars): MailContent {
  const { kind, code, created_at, due_soon } = payload;
  const calendar = calendarOf(payload.integration_id, calendars);
  const since = instantInWords(new Date(created_at));
  return {
    subject: subjectOf(payload),
    paragraphs: [
      noticeMessage({ kind, calendar, code: code ?? null, name: null }),
      [
        lasts(kind) ? `It has been so since ${since}.` : `It happened on ${since}.`,
        ...(due_soon === undefined || !lasts(kind) ? [] : [
          due_soon === 0
            ? "No deadline is due within the next 14 days."
            : due_soon === 1
            ? "One deadline is due within the next 14 days."
            : `${due_soon} deadlines are due within the next 14 days.`,
        ]),
      ].join(" "),
    ],
    items: [],
    button: lasts(kind) ? "Mend it on the page" : "Look at it on the page",
    footer: FOOTER,
    kinds: [kind],
  };
}

function digest({ items }: z.infer<typeof Digest>, calendars: Calendars): MailContent {
  return {
    subject: "Your calendars: what needs a look",
    paragraphs: ["This happened, or was found and is still so:"],
    items: items.map(({ kind, integration_id, code, count }) => {
      const calendar = calendarOf(integration_id, calendars);
      if (kind === "deadline_failed" && count > 1) {
        const where = calendarInWords(calendar);
        return code === CHANGED_AGAIN
          ? `Other programs or people keep changing the times of ${count} events in ${where}, so they are left as they are. End those changes, then try again on the page.`
          : `${count} deadlines could not be shown in ${where}. Look at them on the page and try again.`;
      }
      const message = noticeMessage({ kind, calendar, code: code ?? null, name: null });
      return count === 1 ? message : `${message} (${count} times)`;
    }),
    button: "Look at it on the page",
    footer: FOOTER,
    kinds: [...new Set(items.map(({ kind }) => kind))],
  };
}

function forAdmin(payload: z.infer<typeof ForAdmin>): MailContent {
  return {
    ...adminWords(payload),
    items: [],
    button: "Open the page",
    footer: "You get this mail because CALENDAR_ADMIN_EMAIL names this address.",
    kinds: [],
  };
}

function adminWords(payload: z.infer<typeof ForAdmin>): Pick<MailContent, "subject" | "paragraphs"> {
  const check = "In the SQL editor: select * from calendar_admin.setup_check() where not ok;";
  switch (payload.kind) {
    case "many_lost":
      return {
        subject: "Many calendar connections were lost at once",
        paragraphs: [
          `${payload.lost} of ${payload.connections} connections were lost or paused within an hour. That looks like a fault of this installation and not of its users: their mails about it are kept back for three days.`,
          `Look at select code, count(*) from calendar_admin.failing_integrations group by code; and at the provider's console: was the OAuth client changed, deleted or blocked? ${check}`,
        ],
      };
    case "configuration":
      return {
        subject: `${payload.provider} does not accept our client`,
        paragraphs: [
          `${payload.provider} refuses the client id or secret of this installation. Nothing reaches its calendars until that is corrected. No user was told.`,
          "Make a new secret in the provider's console and set it: npx supabase secrets set --env-file supabase/.env.calendar.local. The accounts heal by themselves.",
        ],
      };
    case "erasure":
      return {
        subject: "A user could not be erased",
        paragraphs: [
          "The erasure of a user failed. It is tried again with every tick, and the law sets a time for it.",
          "In the SQL editor: select * from calendar_admin.incidents; and select * from calendar_admin.erasures;",
        ],
      };
    case "stalled":
      return {
        subject: "The calendar sync stood still",
        paragraphs: [
          "Work was due and no worker came for a minute or longer. The worker of pg_net was restarted.",
          check,
        ],
      };
    case "tick":
      return {
        subject: "pg_cron does not run the tick of the calendar sync",
        paragraphs: [
          "Without the tick nothing that failed is tried again, and nobody is told of a lost connection.",
          check,
        ],
      };
    case "webhook":
      return {
        subject: "A webhook of this installation is switched off",
        paragraphs: [
          `${
            payload.code === "gone" ? "It answered 410." : "Every attempt failed for five days."
          } Nothing is sent to it until it is switched on again.`,
          `In the SQL editor: select * from calendar_admin.webhooks; and, once its receiver is mended, select calendar_admin.enable_webhook('${payload.webhook_id}');`,
        ],
      };
  }
}

function calendarOf(integration_id: string | undefined, calendars: Calendars): NoticeCalendar | null {
  return integration_id === undefined ? null : calendars[integration_id] ?? null;
}
