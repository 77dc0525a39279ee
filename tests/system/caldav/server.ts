import { z } from "zod";
import type { RealServer } from "./picture.ts";

const Server = z.object({
  name: z.string(),
  url: z.string(),
  username: z.string(),
  password: z.string(),
  home: z.string(),
  denies_deletions: z.boolean().default(false),
});

/** The server that caldav.sh started for the tests that it runs. */
export function givenServer(): RealServer {
  return Server.parse(JSON.parse(Deno.env.get("CALDAV_SERVER") ?? "null"));
}
