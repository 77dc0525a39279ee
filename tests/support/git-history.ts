/** Larger than any text that is checked in; what is larger is a picture or a mistake. */
const TEXT_BYTES_MAX = 4_000_000;

/** A version of a file that was committed once, or what a commit says of itself. */
export interface PastText {
  /** The file's, or `commit`. */
  readonly path: string;
  /** Git's. */
  readonly id: string;
  readonly content: string;
}

/**
 * Everything that was ever committed, each version once. What is no text is left out.
 *
 * @param root of the repository
 * @returns null where there is no git, no history, or only the end of one
 */
export async function readHistory(root: string): Promise<readonly PastText[] | null> {
  const shallow = await git(root, ["rev-parse", "--is-shallow-repository"]);
  if (shallow === null || shallow.trim() !== "false") return null;
  const paths = new Map<string, string>();
  for (const line of (await git(root, ["rev-list", "--objects", "--all"]) ?? "").split("\n")) {
    const [id = "", ...path] = line.split(" ");
    if (id !== "") paths.set(id, path.join(" "));
  }
  const objects = await contentsOf(root, [...paths.keys()]);
  return objects.filter(({ type }) => type !== "tree").map(({ id, type, content }) => ({
    id,
    path: type === "blob" ? paths.get(id) ?? "" : type,
    content,
  }));
}

async function git(root: string, args: readonly string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args: [...args], cwd: root, stderr: "null" })
      .output();
    return success ? new TextDecoder().decode(stdout) : null;
  } catch {
    return null;
  }
}

/** @source git-cat-file(1), "Batch output": `<id> <type> <bytes>`, a line break, the content, a line break */
async function contentsOf(root: string, ids: readonly string[]) {
  const child = new Deno.Command("git", {
    args: ["cat-file", "--batch"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const asked = new Blob([ids.map((id) => `${id}\n`).join("")]).stream().pipeTo(child.stdin);
  const bytes = new Uint8Array(await new Response(child.stdout).arrayBuffer());
  await Promise.all([asked, child.status]);
  const decoder = new TextDecoder();
  const objects = [];
  for (let at = 0; at < bytes.length;) {
    const line_end = bytes.indexOf(10, at);
    const [id = "", type = "", length = "0"] = decoder.decode(bytes.subarray(at, line_end)).split(" ");
    const end = line_end + 1 + Number(length);
    const content = bytes.subarray(line_end + 1, end);
    if (content.length <= TEXT_BYTES_MAX && !content.includes(0)) {
      objects.push({ id, type, content: decoder.decode(content) });
    }
    at = end + 1;
  }
  return objects;
}
