const REDACTED = "[redacted]";

/** Longer texts are cut before anything looks at them: an error may quote megabytes of somebody's answer. */
const READ_CHARACTERS_MAX = 4_000;
/** Of one text in a line. */
const TEXT_CHARACTERS_MAX = 1_000;

/** Names under which no text is written, whatever it looks like. */
const SECRET_NAME =
  /token|secret|authorization|password|passwd|api_?key|cookie|credential|ticket|verifier|nonce|assertion|^code$|^state$/i;

/** What looks like a secret and is not: ids that are there to be searched for. */
const ID_NAME = /^(?:request_ids?|run_id|worker_id)$/;

/** In this order: what names a secret goes with it, before its parts are looked at. Bounded, so that no text is slow. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // Addresses: user and password, query and fragment, the tokens of feeds.
  [/(\w:\/\/)[^\s/?#@"']{1,500}@/g, `$1${REDACTED}@`],
  [/(\w:\/\/[^\s?#"'<>]{0,500})[?#][^\s"'<>]*/g, `$1?${REDACTED}`],
  [/(calendar-feed(?:\/|%2F))(?!:)[^\s/?#"'<>]+/gi, `$1${REDACTED}`],
  [/\b(Bearer|Basic)\s{1,8}[^\s"',;]+/gi, `$1 ${REDACTED}`],
  // JSON Web Tokens; Google's access tokens, refresh tokens and codes; Supabase's keys.
  [/eyJ[\w-]*\.[\w-]+(?:\.[\w-]*)*/g, REDACTED],
  [/ya29\.[\w.+/=-]+/g, REDACTED],
  [/(?<![\w.])(?:1\/\/|4\/|1%2F%2F|4%2F)[\w-][\w.%-]{7,}/gi, REDACTED],
  [/sb_(?:secret|publishable)_\w+/g, REDACTED],
  // Our own API keys, whole, cut or mistyped, also as an address spells them.
  [/eck(?:_|%5F)(?:live|test)(?:_|%5F)[\w%]*/gi, REDACTED],
  // Accounts' addresses are personal data, secret or not.
  [/[^\s"'<>()[\]{},;:=/@]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+/gi, "[e-mail]"],
];

/** `client_secret=…`, `"password": "…"`: what follows such a word. */
const NAMED =
  /(\w{0,32}(?:secret|passwd|password|authorization|api_?key)\w{0,32}["']?\s{0,4}(?:[=:]|%3D)\s{0,4}["']?)([^\s"'&,;})]+)/gi;
/** Of a token or code only what has its looks: `code: 42501` says something. */
const NAMED_RANDOM =
  /(\w{0,32}(?:token|ticket|code|verifier|challenge|state|nonce|assertion)\w{0,32}["']?\s{0,4}(?:[=:]|%3D)\s{0,4}["']?)([^\s"'&,;})]{8,})/gi;
const VARIABLE_NAME = /^[A-Z][A-Z0-9_]*$/;

/** A run of the characters of base64url that could be random. */
const RUN = /[\w+%-]{24,}={0,2}/g;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A text without what could be a secret, or somebody's e-mail address; at most 1,000 characters of it. What it does not know
 * the shape of goes by looks: 24 characters without a gap, of letters and digits or of both cases. UUIDs stay.
 */
export function redactText(text: string): string {
  const shaped = SHAPES.reduce(
    (left, [shape, instead]) => left.replace(shape, instead),
    cut(text, READ_CHARACTERS_MAX),
  );
  const named = shaped
    .replace(NAMED, (all, name: string, value: string) => VARIABLE_NAME.test(value) ? all : name + REDACTED)
    .replace(
      NAMED_RANDOM,
      (all, name: string, value: string) => value.length >= 20 || /\d/.test(value) ? name + REDACTED : all,
    );
  return cut(named.replace(RUN, (run) => isOpaque(run) ? REDACTED : run), TEXT_CHARACTERS_MAX);
}

/** @param name of the field that holds it */
export function redactField(name: string, text: string): string {
  if (ID_NAME.test(name)) return cut(text, TEXT_CHARACTERS_MAX);
  return isSecretName(name) ? REDACTED : redactText(text);
}

/** Whether texts under this name are never written. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

function isOpaque(run: string): boolean {
  if (UUID.test(run)) return false;
  return (/\d/.test(run) && /[a-z]/i.test(run)) || (/[a-z]/.test(run) && /[A-Z]/.test(run));
}

/** Ends at a gap: half a secret is not known by its shape any more. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  let end = characters - 1;
  while (end > 0 && !/[\s,;]/.test(text.charAt(end))) end--;
  return `${text.slice(0, end)}…`;
}
