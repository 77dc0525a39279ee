import type { IdForm } from "./ids.ts";
import { ianaOf } from "./time-zones.ts";

/** What a client asked for in its `Prefer` header. */
export interface Preferences {
  readonly id_form: IdForm;
  /** Of the start and end in the answer. */
  readonly time_zone: string;
  readonly body: "text" | "html";
  /** For `Preference-Applied`. */
  readonly applied: readonly string[];
}

/** @throws GraphError 400 for an unknown time zone */
export function parsePrefer(header: string): Preferences {
  const id = /\bIdType\s*=\s*"ImmutableId"/i.exec(header)?.[0];
  const zone = /\boutlook\.timezone\s*=\s*"([^"]*)"/i.exec(header);
  const body = /\boutlook\.body-content-type\s*=\s*"(text|html)"/i.exec(header);
  if (zone?.[1] !== undefined) ianaOf(zone[1]);
  return {
    id_form: id === undefined ? "mutable" : "immutable",
    time_zone: zone?.[1] ?? "UTC",
    body: body?.[1]?.toLowerCase() === "text" ? "text" : "html",
    applied: [id, zone?.[0], body?.[0]].filter((one) => one !== undefined),
  };
}
