/** What CHANGELOG.md says of one version. */
export interface ChangelogSection {
  /** The day of its release, such as `2027-01-31`; null where it has none yet. */
  readonly date: string | null;
  /** What stands below its heading. */
  readonly text: string;
}

/**
 * Finds the section of a version.
 *
 * @param changelog each version under a heading such as `## 0.1.0, 2027-01-31`
 * @returns null where it has none
 */
export function changelogSection(changelog: string, version: string): ChangelogSection | null {
  for (const section of changelog.split(/^## /m).slice(1)) {
    const [heading = "", ...lines] = section.split("\n");
    const [of, state = ""] = heading.split(", ");
    if (of !== version) continue;
    return { date: /^\d{4}-\d{2}-\d{2}$/.test(state) ? state : null, text: `${lines.join("\n").trim()}\n` };
  }
  return null;
}
