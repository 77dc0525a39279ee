import fc from "fast-check";

/** What no answer may repeat in a header: it stands in every attempt to inject one. */
export const INJECTED_HEADER = "x-injected";

/** Attempts that a text field may meet, by what they are after. */
const ATTACKS: Readonly<Record<string, readonly string[]>> = {
  sql: [
    "'; drop table public.obligations; --",
    "' or '1'='1",
    "$$; select pg_sleep(10); $$",
    "\\x00",
    "1; copy (select 1) to program 'id'",
    "%' escape '\\",
    "null::uuid",
  ],
  html: [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{constructor.constructor('return 1')()}}",
    "${7*7}",
    "&lt;b&gt;&#x1F4A9;",
  ],
  paths: [
    "../../../../etc/passwd",
    "%2e%2e%2f%2e%2e%2f",
    "%252e%252e%252f",
    "..\\..\\windows\\win.ini",
    "//example.com/x",
    "/%00/",
    "a%2fb%5cc",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data/",
  ],
  headers: [
    `x\r\n${INJECTED_HEADER}: 1`,
    `x\n${INJECTED_HEADER}: 1\n\n<html>`,
    `%0d%0a${INJECTED_HEADER}:1`,
    `\u560d\u560a${INJECTED_HEADER}: 1`,
  ],
  unicode: [
    "\u0000",
    "a\u0000b",
    "\u202egpj.exe",
    "e\u0301".repeat(50),
    `x${"\u0300".repeat(2_000)}`,
    "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67",
    "\ufeff\u200b\u2028\u2029",
    "\uffff\ufffe",
    "\ud800",
    "\udc00\ud800",
    "ｕｎｉｏｎ　ｓｅｌｅｃｔ",
    "\u0130\u0131\u017f",
  ],
  numbers: ["NaN", "Infinity", "-0", "1e400", "0x10", "１２", "9".repeat(400), "-1", "1.5", " 5 ", "1_000"],
  words: ["", " ", "null", "undefined", "true", "[object Object]", "__proto__", "constructor", "toString"],
  ids: [
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "{b0e7cbb8-6f5b-4a0e-8b8e-6f2f1f6a3c11}",
    "b0e7cbb86f5b4a0e8b8e6f2f1f6a3c11",
    "b0e7cbb8-6f5b-4a0e-8b8e-6f2f1f6a3c1",
  ],
  lengths: ["x".repeat(300), "x".repeat(5_000), "é".repeat(8_000)],
};

/** A text that somebody sends who means no good, or anything at all. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.values(ATTACKS).flat()) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
);

/** Deeper than any parser that recurses goes. */
const DEPTH = 10_000;

/** JSON, spelt: also what no program would write. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      "null",
      "true",
      "0",
      "-1",
      "1.5",
      "1e400",
      "-1e400",
      "2147483648",
      "9223372036854775808",
      "1".repeat(500),
      "[]",
      "{}",
      "[null]",
      "[[]]",
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{"admin":true}}}',
      '{"$ne":null}',
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"\\u0000"',
      "[".repeat(DEPTH) + "]".repeat(DEPTH),
      '{"a":'.repeat(DEPTH / 2) + "1" + "}".repeat(DEPTH / 2),
    ),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
);

/** Bodies that are no JSON at all, or not what they say. */
export const brokenBody: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.constantFrom(
    "{",
    '{"a":1,}',
    "{'a':1}",
    "NaN",
    '{"a":01}',
    "\ufeff{}",
    "<xml/>",
    "a=1&b=2",
    "undefined",
    '{"a":1}{"b":2}',
    "--x\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x--",
  ).map((text) => new TextEncoder().encode(text)),
  fc.constantFrom(
    [0xff, 0xfe, 0x7b, 0x7d],
    [0x22, 0xc3, 0x28, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x00],
    [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0, 0x43, 0xbf, 0xa6, 0xa3, 2, 0, 0, 0],
  ).map((bytes) => new Uint8Array(bytes)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes)),
);
