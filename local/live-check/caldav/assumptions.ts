import { answered } from "../answered.ts";
import { type Assumption, holdsIf, notTried, type OwnCalendar } from "../assumption.ts";
import type { RawCall } from "../raw-call.ts";
import { filePath, newFile } from "./files.ts";

const ICALENDAR = { "content-type": "text/calendar; charset=utf-8" };
const OTHER_ETAG = '"no-etag-of-this-file"';
const SYNC_TOKEN = /<(?:[\w-]+:)?sync-token[^>]*>([^<]+)</i;

/** What the emulator of a CalDAV server does. */
export function calDavAssumptions(raw: RawCall): readonly Assumption[] {
  const put = (path: string, text: string, headers: Readonly<Record<string, string>> = {}) =>
    raw("PUT", path, { body: text, headers: { ...ICALENDAR, ...headers } });
  const newPlace = ({ id }: OwnCalendar) => {
    const uid = `check-${crypto.randomUUID()}`;
    return { uid, path: filePath(id, uid) };
  };
  const sync = (calendar: OwnCalendar, token: string) =>
    raw("REPORT", calendar.id, {
      headers: { "content-type": "application/xml; charset=utf-8" },
      body: `<?xml version="1.0"?><sync-collection xmlns="DAV:"><sync-token>${token}</sync-token>` +
        "<sync-level>1</sync-level><prop><getetag/></prop></sync-collection>",
    });
  const stored = async (calendar: OwnCalendar, lines: readonly string[] = []) => {
    const place = newPlace(calendar);
    const written = answered(await put(place.path, newFile(place.uid, lines)));
    const read = answered(await raw("GET", place.path));
    return { ...place, written, text: read.text, etag: read.headers.get("etag") };
  };
  return [
    {
      name: "a PUT with If-None-Match: * does not overwrite: 412",
      async check({ calendar }) {
        const { path, uid } = await stored(calendar);
        const { status } = await put(path, newFile(uid), { "if-none-match": "*" });
        return holdsIf(status === 412, String(status));
      },
    },
    {
      name: "a PUT under another ETag is refused with 412",
      async check({ calendar }) {
        const { path, uid } = await stored(calendar);
        const { status } = await put(path, newFile(uid), { "if-match": OTHER_ETAG });
        return holdsIf(status === 412, String(status));
      },
    },
    {
      name: "a PUT under the present ETag is carried out",
      async check({ calendar }) {
        const { path, uid, etag } = await stored(calendar);
        if (etag === null) return holdsIf(false, "GET answers no ETag");
        const { status } = await put(path, newFile(uid), { "if-match": etag });
        return holdsIf(status >= 200 && status < 300, `${status}, ${kindOf(etag)}`);
      },
    },
    {
      name: "a DELETE under another ETag is refused with 412",
      async check({ calendar }) {
        const { path } = await stored(calendar);
        const { status } = await raw("DELETE", path, { headers: { "if-match": OTHER_ETAG } });
        return holdsIf(status === 412, String(status));
      },
    },
    {
      name: "a PUT is answered with a strong ETag",
      async check({ calendar }) {
        const { written } = await stored(calendar);
        const etag = written.headers.get("etag");
        return holdsIf(etag !== null && !etag.startsWith("W/"), etag === null ? "none came" : kindOf(etag));
      },
    },
    {
      name: "a file keeps properties that the server does not know",
      async check({ calendar }) {
        const { text } = await stored(calendar, ["X-ECOCOMPLY-OBLIGATION:kept"]);
        const is_kept = text.includes("X-ECOCOMPLY-OBLIGATION:kept");
        return holdsIf(is_kept, is_kept ? "kept" : "lost");
      },
    },
    {
      name: "an alarm after the start of an all-day event is kept",
      async check({ calendar }) {
        const { text } = await stored(calendar, [
          "BEGIN:VALARM",
          "ACTION:DISPLAY",
          "DESCRIPTION:Checked",
          "TRIGGER:PT9H",
          "END:VALARM",
        ]);
        const trigger = /^TRIGGER[^:]*:(.*)$/m.exec(text)?.[1]?.trim() ?? "none";
        return holdsIf(trigger === "PT9H", `trigger ${trigger}`);
      },
    },
    {
      name: "a second file with the same UID is refused",
      async check({ calendar }) {
        const { uid } = await stored(calendar);
        const { status } = await put(newPlace(calendar).path, newFile(uid));
        return holdsIf(status >= 400 && status < 500, String(status));
      },
    },
    {
      name: "a UID that was deleted is taken again",
      async check({ calendar }) {
        const { path, uid } = await stored(calendar);
        answered(await raw("DELETE", path));
        const { status } = await put(path, newFile(uid));
        return holdsIf(status === 201 || status === 204, String(status));
      },
    },
    {
      name: "sync-collection goes on from its token and tells a deletion as 404",
      async check({ calendar }) {
        const { path, uid } = await stored(calendar);
        const first = await sync(calendar, "");
        const token = SYNC_TOKEN.exec(first.text)?.[1];
        if (token === undefined) return holdsIf(false, `${first.status}, no sync token`);
        answered(await raw("DELETE", path));
        const next = await sync(calendar, token);
        const is_told = new RegExp(`${uid}[\\s\\S]*? 404 `).test(next.text);
        return holdsIf(next.status === 207 && is_told, `${next.status}, ${is_told ? "told" : "not told"}`);
      },
    },
    {
      name: "a sync token that the server never gave is refused with 403",
      async check({ calendar }) {
        const { status, text } = await sync(calendar, "");
        if (status !== 207 || !SYNC_TOKEN.test(text)) return notTried("there is no sync-collection");
        const answer = await sync(calendar, "urn:no-token-of-this-server");
        return holdsIf(answer.status === 403, String(answer.status));
      },
    },
  ];
}

function kindOf(etag: string): string {
  return etag.startsWith("W/") ? "a weak ETag" : "a strong ETag";
}
