// The behaviours that every provider has to have, on a CalDAV server that is installed here: `deno test` is given this file by
// tests/system/caldav.sh, which starts the server.
import { z } from "zod";
import { testConformance } from "../../integration/providers/conformance.ts";
import { realServer } from "./subject.ts";

const Server = z.object({
  name: z.string(),
  url: z.string(),
  username: z.string(),
  password: z.string(),
  home: z.string(),
});

testConformance(realServer(Server.parse(JSON.parse(Deno.env.get("CALDAV_SERVER") ?? "null"))));
