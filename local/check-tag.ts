// node local/run.mjs local/check-tag.ts v0.1.0: fails unless everything that says the version says that of the tag.
import { problemsOfTag, readVersionClaims } from "./release/tag.ts";

const [tag = ""] = Deno.args;
const problems = problemsOfTag(tag, await readVersionClaims());
for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log(`${tag} can be released.`);
