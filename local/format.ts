import { ROOT } from "./paths.ts";

const ROUNDS_MAX = 3;

/** Formats generated text as the repository is formatted. Now and then `deno fmt` changes what it has just formatted: until it does not. */
export async function formatted(text: string, extension: "ts" | "md" | "json"): Promise<string> {
  let before = text;
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const after = await formattedOnce(before, extension);
    if (after === before) break;
    before = after;
  }
  return before;
}

async function formattedOnce(text: string, extension: string): Promise<string> {
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", `--config=${ROOT}/deno.json`, `--ext=${extension}`, "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await formatter.output()).stdout);
}
