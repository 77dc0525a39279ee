import { ROOT } from "./paths.ts";

/** Formats generated text as the repository is formatted. */
export async function formatted(text: string, extension: "ts" | "md" | "json"): Promise<string> {
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
