import { testConformance } from "./conformance.ts";
import { GOOGLE } from "./subjects/google.ts";

testConformance(GOOGLE);
