import { testEngine } from "../../support/engine-test.ts";
import { ACTING } from "./acting.ts";
import { COPIES } from "./copies.ts";
import { KEYS } from "./keys.ts";
import { LEAVING } from "./leaving.ts";

testEngine("an administrator acts, and it is noted", [...ACTING, ...LEAVING, ...KEYS, ...COPIES]);
