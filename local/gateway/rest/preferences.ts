import { notServed, RestProblem } from "./problems.ts";

/** What the header `Prefer` asks for. */
export interface Preferences {
  readonly returns_rows: boolean;
  /** `planned` and `estimated` counts are exact here. */
  readonly count: "exact" | "planned" | "estimated" | null;
  readonly resolution: "merge-duplicates" | "ignore-duplicates" | null;
  /** Of columns that a row of a request does not name. */
  readonly missing: "default" | "null";
  /** As `Preference-Applied` repeats it. */
  readonly applied: string;
}

const SERVED: Readonly<Record<string, readonly string[]>> = {
  return: ["minimal", "representation"],
  count: ["exact", "planned", "estimated"],
  resolution: ["merge-duplicates", "ignore-duplicates"],
  missing: ["default", "null"],
  handling: ["lenient", "strict"],
};
/** PostgREST's others, which change what happens. */
const NOT_SERVED = /^(?:return=headers-only|tx=rollback|max-affected=.*|timezone=.*)$/;

/** @throws RestProblem 501 for what is not served; 400 for what is unknown, where the handling is strict */
export function parsePreferences(header: string | null): Preferences {
  const given = (header ?? "").split(",").map((text) => text.trim()).filter((text) => text !== "");
  const refused = given.find((text) => NOT_SERVED.test(text));
  if (refused !== undefined) throw notServed(`Prefer: ${refused}`);
  const isServed = (text: string) => {
    const [name = "", value = ""] = text.split("=");
    return SERVED[name]?.includes(value) ?? false;
  };
  const unknown = given.filter((text) => !isServed(text) && text !== "tx=commit");
  if (unknown.length > 0 && given.includes("handling=strict")) {
    throw new RestProblem(
      400,
      "PGRST122",
      "Invalid preferences given with handling=strict",
      `Invalid preferences: ${unknown.join(", ")}`,
    );
  }
  // The first of two wins.
  const has = (text: string) => given.find((one) => one.startsWith(text.replace(/=.*/, "="))) === text;
  return {
    returns_rows: has("return=representation"),
    count: has("count=exact")
      ? "exact"
      : has("count=planned")
      ? "planned"
      : has("count=estimated")
      ? "estimated"
      : null,
    resolution: has("resolution=merge-duplicates")
      ? "merge-duplicates"
      : has("resolution=ignore-duplicates")
      ? "ignore-duplicates"
      : null,
    missing: has("missing=default") ? "default" : "null",
    applied: given.filter(isServed).join(", "),
  };
}

/** How rows are written into the answer. */
export interface MediaType {
  /** One row and nothing around it; any other number of rows is an error. */
  readonly single: boolean;
  readonly nulls_stripped: boolean;
  readonly content_type: string;
}

/** @throws RestProblem 501 for CSV, GeoJSON and plans; 406 for what PostgREST does not know either */
export function parseAccept(header: string | null): MediaType {
  const [wanted = "*/*"] = (header ?? "*/*").split(",").map((text) => text.trim().toLowerCase());
  const [type = "", ...parameters] = wanted.split(";").map((text) => text.trim());
  const nulls_stripped = parameters.includes("nulls=stripped");
  switch (type) {
    case "*/*":
    case "application/*":
    case "application/json":
    case "application/vnd.pgrst.array+json":
    case "application/vnd.pgrst.array":
      return { single: false, nulls_stripped, content_type: "application/json; charset=utf-8" };
    case "application/vnd.pgrst.object+json":
    case "application/vnd.pgrst.object":
      return {
        single: true,
        nulls_stripped,
        content_type: "application/vnd.pgrst.object+json; charset=utf-8",
      };
    case "text/csv":
    case "application/geo+json":
    case "application/octet-stream":
      throw notServed(type);
    default:
      if (type.startsWith("application/vnd.pgrst.plan")) throw notServed("plans of queries");
      throw new RestProblem(406, "PGRST107", `None of these media types are available: ${wanted}`);
  }
}
