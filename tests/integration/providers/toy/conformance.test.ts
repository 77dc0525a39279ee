import { testOAuthConformance } from "../conformance.ts";
import { TOY_SUBJECT } from "./subject.ts";

testOAuthConformance(TOY_SUBJECT);
