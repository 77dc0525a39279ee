import { testOAuthConformance } from "./conformance.ts";
import { OUTLOOK } from "./subjects/outlook.ts";

testOAuthConformance(OUTLOOK);
