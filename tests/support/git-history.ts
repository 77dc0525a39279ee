/** What a commit added to a file, or what it says of itself. */
export interface PastText {
  /** The file's, or `commit`. */
  readonly path: string;
  /** The commit's. */
  readonly id: string;
  /** Added lines, with the three before and after them. */
  readonly content: string;
}

/** They stand in no text. */
const [COMMIT, MESSAGE, CHANGES] = ["\x01", "\x02", "\x03"];

/**
 * Everything that was ever committed, each addition once: whole versions of long files would say the same a hundred times.
 *
 * @param root of the repository
 * @returns null where there is no git, no history, or only the end of one
 */
export async function readHistory(root: string): Promise<readonly PastText[] | null> {
  const shallow = await git(root, ["rev-parse", "--is-shallow-repository"]);
  if (shallow === null || shallow.trim() !== "false") return null;
  // A merge is compared with each of its parents: it may add something of its own.
  const log = await git(root, [
    ...["-c", "core.quotePath=false", "log", "--all", "--patch", "-m", "--unified=3", "--no-renames"],
    ...["--no-ext-diff", "--no-textconv", "--no-color", `--format=${COMMIT}%H${MESSAGE}%B${CHANGES}`],
  ]);
  return (log ?? "").split(COMMIT).slice(1).flatMap((commit) => {
    const id = commit.slice(0, commit.indexOf(MESSAGE));
    const end = commit.indexOf(CHANGES);
    return [
      { path: "commit", id, content: commit.slice(id.length + 1, end) },
      ...commit.slice(end).split(/^diff --git .*$/m).slice(1).map((file) => ({
        id,
        path: /^\+\+\+ "?b\/(.*?)"?$/m.exec(file)?.[1] ?? "",
        content: additionsIn(file),
      })),
    ];
  }).filter(({ content }) => content !== "");
}

/** @source diff(1), "Detailed Unified": lines that begin with a plus or a space, after the first line that begins with `@@` */
function additionsIn(file: string): string {
  const begin = file.search(/^@@ /m);
  if (begin === -1) return "";
  return file.slice(begin).split("\n").filter((line) => /^[+ ]/.test(line)).map((line) => line.slice(1)).join(
    "\n",
  );
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
