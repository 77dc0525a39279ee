import { z } from "@hono/zod-openapi";
import { PROVIDER_NAMES, ProviderName } from "../../_shared/providers/registry.ts";
import { Email, EventUrl, Id, Instant, ObligationUrl, Title } from "./parts.ts";

export const When = z.union([
  z.object({ deadline_date: z.iso.date() }),
  z.object({ deadline_at: Instant, time_zone: z.string().nullable() }),
]).openapi("When", {
  description: "All day on a date, or an instant with the IANA name of its time zone, where that is known.",
  examples: [{ deadline_date: "2027-03-05" }, {
    deadline_at: "2027-03-05T09:00:00Z",
    time_zone: "Europe/Berlin",
  }],
});

export const Proposal = z.object({
  id: Id,
  integration_id: Id,
  provider: ProviderName,
  account_email: Email.openapi({ description: "Null where it is not known any more." }),
  obligation_id: Id,
  title: Title,
  event_url: EventUrl,
  obligation_url: ObligationUrl,
  kind: z.literal("move"),
  seen: When.openapi({ description: "Where the user moved the event." }),
  legal: When.openapi({ description: "The deadline as it was then." }),
  state: z.enum(["open", "accepted", "dismissed", "superseded"]).openapi({
    description:
      "superseded: the event was moved again, the deadline changed, or the account was disconnected.",
  }),
  event_state: z.enum(["back", "kept", "moved", "pending", "gone"]).openapi({
    description:
      "Where the event is now. back: on the deadline. kept: where it was moved, with the legal date in its description. moved: where it was moved. pending: still to be put back on the deadline. gone: not in the calendar.",
  }),
  seen_at: Instant,
  decided_at: Instant.nullable(),
  can_undo: z.boolean().openapi({
    description: "It was accepted, and the deadline is still what that made it.",
  }),
}).openapi("Proposal", {
  description: "A deadline that a user moved in a calendar, and what the user decided.",
  examples: PROVIDER_NAMES.slice(0, 1).map((provider) => ({
    id: "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c001",
    integration_id: "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c002",
    provider,
    account_email: "ada@example.com",
    obligation_id: "6f1f7a3e-0d0b-4a53-9d5c-0f5ad0e1c003",
    title: "Air emissions report",
    event_url: "https://calendar.example/event/1",
    obligation_url: "https://app.example.com/obligations/42",
    kind: "move",
    seen: { deadline_date: "2027-03-05" },
    legal: { deadline_date: "2027-03-01" },
    state: "open",
    event_state: "back",
    seen_at: "2027-02-01T09:00:00Z",
    decided_at: null,
    can_undo: false,
  })),
});

export const Proposals = z.object({
  proposals: z.array(Proposal).openapi({
    description:
      "Every open one, then up to 1,000 of those decided within 30 days; of each the newest first.",
  }),
  open: z.int().openapi({ description: "How many are open." }),
}).openapi("Proposals");
