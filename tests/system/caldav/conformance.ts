// The behaviours that every provider has to have, on a CalDAV server that is installed here: `deno test` is given this file by
// tests/system/caldav.sh, which starts the server.
import { testConformance } from "../../integration/providers/conformance.ts";
import { givenServer } from "./server.ts";
import { realServer } from "./subject.ts";

testConformance(realServer(givenServer()));
