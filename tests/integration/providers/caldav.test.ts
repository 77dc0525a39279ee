import { testConformance } from "./conformance.ts";
import { CALDAV } from "./subjects/caldav.ts";

testConformance(CALDAV);
