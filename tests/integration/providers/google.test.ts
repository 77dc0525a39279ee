import { testOAuthConformance } from "./conformance.ts";
import { GOOGLE } from "./subjects/google.ts";

testOAuthConformance(GOOGLE);
