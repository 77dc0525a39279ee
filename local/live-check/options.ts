import { parseArgs } from "node:util";

/** What the command line of `npm run live-check` says. */
export interface LiveCheckOptions {
  /** Null: it is asked for. */
  readonly provider: string | null;
  /** Of the redirect on this machine, which is registered with the provider. */
  readonly port: number;
  /** Where the provider can reach a function `calendar-webhook` of ours; null: channels are not tried. */
  readonly channel_url: string | null;
  /** A second account of whoever runs it, which is invited once; null: nobody is. */
  readonly guest: string | null;
  /** A person is there to do things in the provider's own app. */
  readonly by_hand: boolean;
  /** Removes what an earlier run left, and checks nothing. */
  readonly clean: boolean;
  /** Does not ask before it begins. */
  readonly yes: boolean;
}

/** Free on most machines; part of the address that is registered. */
const DEFAULT_PORT = 53_682;

/**
 * Reads the command line.
 *
 * @throws Error that names what is wrong
 */
export function parseOptions(args: readonly string[]): LiveCheckOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: "string", default: String(DEFAULT_PORT) },
      "channel-url": { type: "string" },
      guest: { type: "string" },
      "by-hand": { type: "boolean", default: false },
      clean: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
    },
  });
  const [provider = null, ...more] = positionals;
  if (more.length > 0) throw new Error("name one provider");
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error("--port must be 1 to 65535");
  const channel_url = values["channel-url"] ?? null;
  if (channel_url !== null && !URL.canParse(channel_url)) throw new Error("--channel-url must be an address");
  const { guest = null, clean, yes } = values;
  return { provider, port, channel_url, guest, by_hand: values["by-hand"], clean, yes };
}
