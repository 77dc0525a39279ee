import { testConformance } from "../conformance.ts";
import { TOY_SUBJECT } from "./subject.ts";

testConformance(TOY_SUBJECT);
