// node local/run.mjs local/release-files.ts <folder>: what the release of this version on GitHub consists of.
import { writeReleaseFiles } from "./release/files.ts";

const [folder] = Deno.args;
if (folder === undefined) throw new Error("Name the folder to write to.");
const { notes, attached } = await writeReleaseFiles(folder);
console.log([notes, ...attached].join("\n"));
Deno.exit(0);
