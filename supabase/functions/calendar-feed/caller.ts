import { hex } from "../_shared/platform/hex.ts";

/**
 * What stands for a caller's network address: calls are counted by it, and without the key it cannot be led back to the
 * address, of which there are few enough to try them all.
 *
 * @param forwarded_for `X-Forwarded-For`. Every hop appends the address that it was called from, so the last one is the
 * platform's word. What stands before it a caller may have made up.
 * @param secret of this installation
 * @returns a UUID
 */
export async function callerAddress(forwarded_for: string | undefined, secret: string): Promise<string> {
  const address = network(forwarded_for?.split(",").at(-1)?.trim() ?? "");
  const text = new TextEncoder();
  const key = await crypto.subtle.importKey(
    "raw",
    text.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    [
      "sign",
    ],
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign("HMAC", key, text.encode(`feed address ${address}`)),
  );
  return hex(signature.slice(0, 16)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** An address without its port. Of IPv6 the first half: whoever has one address has all that begin like it. */
function network(address: string): string {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1];
  if (mapped !== undefined || !bare.includes(":")) return mapped ?? bare.toLowerCase();
  const [before = "", after] = bare.toLowerCase().split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const [start, end] = [groups(before), groups(after ?? "")];
  const zeros = Array.from({ length: Math.max(8 - start.length - end.length, 0) }, () => "0");
  return [...start, ...zeros, ...end].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}
