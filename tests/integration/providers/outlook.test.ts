import { testConformance } from "./conformance.ts";
import { OUTLOOK } from "./subjects/outlook.ts";

testConformance(OUTLOOK);
