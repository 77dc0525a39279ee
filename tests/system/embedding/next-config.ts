// Writes what docs/deploy/install.md has a Next.js application write: next-config.ts <file> <address of the project>.
import { examplesOf, examplesUnder } from "../../support/doc-examples.ts";

const [file = "", project = ""] = Deno.args;
const [example = ""] = examplesUnder(await examplesOf("docs/deploy/install.md"), "Your own path", "js");
await Deno.writeTextFile(file, example.replaceAll("https://<ref>.supabase.co", project));
