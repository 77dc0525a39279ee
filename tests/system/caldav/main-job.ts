// The main path of the whole platform, on a CalDAV server that is installed here: see conformance.ts.
import { testSync } from "../../integration/sync/cases.ts";
import { givenServer } from "./server.ts";
import { openProxy } from "./subject.ts";

/** How many at once is the engine's affair, which the emulator tests; a file takes Xandikos a commit. */
const MANY = 200;

const server = givenServer();
Deno.test({
  name: `${server.name}: an obligation changes and the user's calendar follows`,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async (t) => {
    const caldav = await openProxy(server);
    try {
      await testSync(t, "caldav", { caldav, other_account: server.username, many: MANY });
    } finally {
      await caldav.subject.emulator.close();
    }
  },
});
