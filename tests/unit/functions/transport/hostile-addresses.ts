import type { NotAllowedReason } from "../../../../supabase/functions/_shared/transport/safe-fetch.ts";

/** The project whose functions call, as `SUPABASE_URL` and `CALENDAR_PUBLIC_URL` name it. */
export const OWN_ORIGINS: readonly string[] = [
  "https://abcdefghijklmnopqrst.supabase.co",
  "https://calendar.example.org/",
];

/** Refused by their text, with `*` as the list of hosts: nothing is resolved. */
export const HOSTILE_URLS: Readonly<Record<Exclude<NotAllowedReason, "not_listed">, readonly string[]>> = {
  scheme: [
    "http://dav.example.com/",
    "ftp://dav.example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "javascript:alert(1)",
    "wss://dav.example.com/",
  ],
  user_information: [
    "https://user:password@dav.example.com/",
    "https://user@dav.example.com/",
    "https://:password@dav.example.com/",
    "https://dav.example.com@127.0.0.1/",
    "https://dav.example.com%2f@127.0.0.1/",
  ],
  ip_literal: [
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://%31%32%37.0.0.1/",
    "https://１２７.０.０.１/",
    "https://①②⑦.⓪.⓪.①/",
    "https://0/",
    "https://0.0.0.0/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/",
    "https://8.8.8.8/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[2606:4700:4700::1111]/",
  ],
  port: [
    "https://dav.example.com:0/",
    "https://dav.example.com:22/",
    "https://dav.example.com:25/",
    "https://dav.example.com:80/",
    "https://dav.example.com:5432/",
    "https://dav.example.com:6379/",
    "https://dav.example.com:8080/",
    "https://dav.example.com:65535/",
  ],
  own_origin: [
    "https://abcdefghijklmnopqrst.supabase.co/functions/v1/calendar-sync",
    "https://ABCDEFGHIJKLMNOPQRST.supabase.co/",
    "https://abcdefghijklmnopqrst.supabase.co./",
    "https://abcdefghijklmnopqrst.supabase.co:8443/",
    "https://abcdefghijklmnopqrst.functions.supabase.co/calendar",
    "https://calendar.example.org/functions/v1/calendar",
  ],
  malformed: [
    "https://dav..example.com/",
    "https://dav.example.com../",
    "https://dav~.example.com/",
    "https://dav'.example.com/",
    `https://${"a".repeat(64)}.example.com/`,
    `https://${"abcdefg.".repeat(32)}example.com/`,
  ],
};

/** Answers of DNS for `rebind.example.com`, each of which refuses the name. */
export const HOSTILE_ANSWERS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "this network": [["0.0.0.0"], ["0.1.2.3"]],
  "loopback": [["127.0.0.1"], ["127.255.255.254"], ["::1"]],
  "private": [["10.0.0.1"], ["172.16.0.1"], ["172.31.255.254"], ["192.168.1.1"]],
  "shared by carriers": [["100.64.0.1"], ["100.127.255.254"]],
  "link-local": [["169.254.1.1"], ["169.254.169.254"], ["fe80::1"], ["fe80::1%eth0"], ["2003::1%eth0"], [
    "febf::1",
  ]],
  "unique and site-local": [["fc00::1"], ["fd00:ec2::254"], ["fdaa::3"], ["fec0::1"]],
  "protocol assignments": [["192.0.0.1"], ["192.0.0.170"], ["2001:1::1"], ["2001:10::1"], ["2001:20::1"], [
    "2001:1ff::1",
  ]],
  "documentation": [["192.0.2.1"], ["198.51.100.7"], ["203.0.113.9"], ["2001:db8::1"], ["3fff::1"]],
  "benchmarks": [["198.18.0.1"], ["198.19.255.254"], ["2001:2::1"]],
  "relays and sinks": [["192.31.196.1"], ["192.52.193.1"], ["192.88.99.1"], ["192.175.48.1"], [
    "2620:4f:8000::1",
  ]],
  "multicast and broadcast": [["224.0.0.1"], ["239.255.255.250"], ["255.255.255.255"], ["ff02::1"]],
  "reserved": [["240.0.0.1"], ["100::1"], ["4000::1"], ["5f00::1"], ["::"]],
  "IPv4 within IPv6": [["::ffff:127.0.0.1"], ["::ffff:8.8.8.8"], ["::ffff:0:127.0.0.1"], ["::127.0.0.1"]],
  "NAT64": [["64:ff9b::7f00:1"], ["64:ff9b::a9fe:a9fe"], ["64:ff9b:1::a00:1"]],
  "6to4 and Teredo": [["2002:7f00:1::"], ["2002:a00:1::1"], ["2001::1"], ["2001:0:7f00:1::"]],
  "one of several": [
    ["93.184.216.34", "10.0.0.1"],
    ["93.184.216.34", "::1"],
    ["2606:4700:4700::1111", "127.0.0.1"],
    ["93.184.216.34", "2606:4700:4700::1111", "fd00::1"],
  ],
  "no address": [[], ["127.1"], ["010.0.0.1"], ["0x7f.0.0.1"], ["2130706433"], ["dav.example.com"]],
};

/** What hosts on the Internet have, up to the edges of the ranges above. */
export const PUBLIC_ADDRESSES: readonly string[] = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "93.184.216.34",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2001:200::1",
  "2001:4860:4860::8888",
  "2003::1",
  "2606:4700:4700::1111",
  "2a00:1450:4001:82a::200e",
];

/** Of one row of the table. */
const EXAMPLES_MAX = 5;

/** The table of `docs/understand/threat-model.md`. */
export function hostileTable(): string {
  const code = (text: string) => `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
  const kinds = [
    ...Object.entries(HOSTILE_URLS).map(([reason, urls]) =>
      [`text: ${reason.replaceAll("_", " ")}`, urls] as const
    ),
    ...Object.entries(HOSTILE_ANSWERS).map(([range, answers]) =>
      [`DNS: ${range}`, answers.map((addresses) => addresses.join(" + ") || "(none)")] as const
    ),
  ];
  const rows = kinds.flatMap(([why, examples]) =>
    Array.from(
      { length: Math.ceil(examples.length / EXAMPLES_MAX) },
      (_, row) =>
        `| ${why} | ${examples.slice(row * EXAMPLES_MAX, (row + 1) * EXAMPLES_MAX).map(code).join(", ")} |`,
    )
  );
  return ["| refused by | examples |", "| --- | --- |", ...rows].join("\n");
}
