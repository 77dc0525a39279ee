import { z } from "zod";
import type { ReceivedCall } from "../../../support/receiver.ts";

/** An entry of a call of Graph's. */
export type Item = Readonly<Record<string, unknown>>;

const Notifications = z.object({ value: z.array(z.record(z.string(), z.unknown())) });

/** What Graph wants to have repeated before it calls an address; null: it is another call. */
export function proofIn({ path }: ReceivedCall): string | null {
  return new URL(path, "http://receiver.test").searchParams.get("validationToken");
}

/** What an address answers that wants to be called. */
export function answerGraph(call: ReceivedCall): Response {
  const proof = proofIn(call);
  return proof === null ? new Response(null, { status: 202 }) : new Response(proof);
}

/** What a call tells. */
export function itemsIn(call: ReceivedCall): readonly Item[] {
  return proofIn(call) === null ? Notifications.parse(JSON.parse(call.body)).value : [];
}

/** By what our channels know their calls. */
export function clientStatesIn(call: ReceivedCall): readonly string[] {
  return itemsIn(call).map(({ clientState }) => z.string().parse(clientState));
}
