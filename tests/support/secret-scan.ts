import { lintSource } from "@secretlint/core";
import { secretLintProfiler } from "@secretlint/profiler";
import { creator as patternRule } from "@secretlint/secretlint-rule-pattern";
import { creator as recommendedRules } from "@secretlint/secretlint-rule-preset-recommend";

/** The secrets that this project deals in, beyond those that secretlint knows, as it spells patterns. */
const OWN_KINDS = [
  { name: "Google client secret", patterns: ["/GOCSPX-[\\w-]{28}/"] },
  { name: "Google access token", patterns: ["/\\bya29\\.[\\w-]{30,}/"] },
  { name: "Google refresh token", patterns: ["/\\b1\\/\\/0[\\w-]{40,}/"] },
  { name: "Entra client secret", patterns: ["/\\b[\\w~.-]{3}\\dQ~[\\w~.-]{31,34}/"] },
  { name: "Supabase secret key", patterns: ["/\\bsb_secret_[\\w-]{20,}/"] },
  { name: "Supabase access token", patterns: ["/\\bsbp_[0-9a-f]{40}/"] },
  { name: "JSON Web Token", patterns: ["/\\beyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{20,}/"] },
  { name: "API key of ours", patterns: ["/eck_(?:live|test)_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}/"] },
  { name: "address of a feed", patterns: ["/calendar-feed\\/[\\w-]{43}\\.ics/"] },
];

// It notes how long each rule took and goes through all that it has noted with each text: 3,000 texts would take minutes.
secretLintProfiler.mark = () => {};

const CONFIG = {
  rules: [
    { id: "recommended", rule: recommendedRules, rules: [] },
    { id: "own", rule: patternRule, options: { patterns: OWN_KINDS } },
  ],
};

/** Where a text holds what looks like a secret. */
export interface SecretFinding {
  readonly path: string;
  readonly line: number;
  /** What kind it is, never the secret. */
  readonly kind: string;
}

/**
 * Looks for secrets in a text.
 *
 * @param path what to call it; some rules go by the file's name
 */
export async function findSecrets(path: string, content: string): Promise<readonly SecretFinding[]> {
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? "";
  const { messages } = await lintSource({
    source: { filePath: path, content, ext: extension, contentType: "text" },
    options: { config: CONFIG, maskSecrets: true },
  });
  return messages.map(({ loc, message, messageId, ruleId }) => ({
    path,
    line: loc.start.line,
    kind: ruleId === "own" ? message.split(":")[0] ?? messageId : messageId,
  }));
}
