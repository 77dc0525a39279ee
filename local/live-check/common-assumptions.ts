import { eventOf, writtenId } from "../../tests/integration/providers/event.ts";
import { listed } from "../../tests/integration/providers/listing.ts";
import type { SignedIn } from "./account.ts";
import { type Assumption, holdsIf, notTried } from "./assumption.ts";

const LAG_MAX_MS = 30_000;
const ASKED_EVERY_MS = 1_000;

/** What every emulator does. */
export function commonAssumptions(
  signed_in: SignedIn,
  { renews_refresh_tokens }: { readonly renews_refresh_tokens: boolean },
): readonly Assumption[] {
  return [
    {
      name: "a listing shows a new event at once",
      async check({ calendar: { id, client } }) {
        const event_id = writtenId(await client.createEvent(id, eventOf({ title: "Listed" })));
        const written_at = performance.now();
        const since_ms = () => Math.round(performance.now() - written_at);
        for (let tries = 1;; tries++) {
          if ((await listed(client, id)).some((event) => event.event_id === event_id)) {
            return holdsIf(tries === 1, `it was there after ${since_ms()} ms, at question ${tries}`);
          }
          if (since_ms() > LAG_MAX_MS) return holdsIf(false, `it was not there after ${since_ms()} ms`);
          await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
        }
      },
    },
    ...refreshAssumptions(signed_in, renews_refresh_tokens),
    {
      name: "a guest gets no mail when we change the title of an event",
      async check({ calendar: { id, client }, guest, byHand, terminal }) {
        if (guest === null) return notTried("it needs --guest with a second account, and --by-hand");
        const event = eventOf({ title: `Meeting ${crypto.randomUUID().slice(0, 8)}` });
        const event_id = writtenId(await client.createEvent(id, event));
        const day = "15 March 2027";
        if (
          !await byHand(`In the app, open “${event.title}” on ${day} and invite ${guest}. Wait for the mail.`)
        ) {
          return notTried("nobody invited the guest");
        }
        const title = `${event.title}, changed`;
        writtenId(await client.updateEvent(id, event_id, { ...event, title }));
        const answer = await terminal.ask(
          `Wait two minutes. Did ${guest} get a second mail, about “${title}”? (yes/no)`,
        );
        if (!/^(y|yes|n|no)$/i.test(answer)) return notTried("the answer was neither yes nor no");
        return holdsIf(/^n/i.test(answer), /^n/i.test(answer) ? "no second mail" : "a second mail came");
      },
    },
  ];
}

/** Of a grant: a password is not refreshed. */
function refreshAssumptions({ refresh }: SignedIn, renews_refresh_tokens: boolean): readonly Assumption[] {
  if (refresh === null) return [];
  return [{
    name: `a refresh brings ${renews_refresh_tokens ? "a new" : "no new"} refresh token`,
    async check() {
      const { is_good, is_renewed } = await refresh();
      if (!is_good) return holdsIf(false, "the refresh was refused");
      return holdsIf(is_renewed === renews_refresh_tokens, is_renewed ? "a new one came" : "none came");
    },
  }];
}
