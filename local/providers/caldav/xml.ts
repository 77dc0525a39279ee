import { XMLParser, XMLValidator } from "fast-xml-parser";

export const DAV = "DAV:";
export const CALDAV = "urn:ietf:params:xml:ns:caldav";
export const CALENDARSERVER = "http://calendarserver.org/ns/";
export const APPLE = "http://apple.com/ns/ical/";
const PREFIXES: Readonly<Record<string, string>> = {
  [DAV]: "d",
  [CALDAV]: "c",
  [CALENDARSERVER]: "cs",
  [APPLE]: "a",
};

/** An element with its namespace. */
export interface XmlNode {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** @returns null where the text is no XML document, or has a document type */
export function readXml(text: string): XmlNode | null {
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) return null;
  const parsed: unknown = parser.parse(text);
  const roots = nodesOf(parsed, new Map());
  const [root] = roots.filter(({ name }) => !name.startsWith("?"));
  return root ?? null;
}

/** What the parser makes of content, with names resolved. */
function nodesOf(content: unknown, outer: ReadonlyMap<string, string>): readonly XmlNode[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((one: Record<string, unknown>): XmlNode[] => {
    const attributes = attributesOf(one[":@"]);
    const [tag] = Object.keys(one).filter((key) => key !== ":@" && key !== "#text");
    if (tag === undefined) return [];
    const scope = new Map(outer);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "xmlns") scope.set("", value);
      else if (name.startsWith("xmlns:")) scope.set(name.slice("xmlns:".length), value);
    }
    const [prefix = "", local] = tag.includes(":") ? tag.split(":") : ["", tag];
    const inner = one[tag];
    return [{
      namespace: scope.get(prefix) ?? "",
      name: local ?? tag,
      attributes,
      text: textOf(inner),
      children: nodesOf(inner, scope),
    }];
  });
}

function attributesOf(given: unknown): Record<string, string> {
  if (typeof given !== "object" || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name.replace(/^@_/, ""), String(value)]),
  );
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return "";
  return content.map((one: Record<string, unknown>) => "#text" in one ? String(one["#text"]) : "").join("");
}

/** The child elements of that name. */
export function childrenOf(node: XmlNode | undefined, namespace: string, name: string): readonly XmlNode[] {
  return node?.children.filter((child) => child.namespace === namespace && child.name === name) ?? [];
}

/** An element to be written; `inner` is XML. */
export function element(namespace: string, name: string, inner = ""): string {
  const prefix = PREFIXES[namespace];
  const tag = prefix === undefined ? `x:${name}` : `${prefix}:${name}`;
  const declared = prefix === undefined ? ` xmlns:x="${escapeXml(namespace)}"` : "";
  return inner === "" ? `<${tag}${declared}/>` : `<${tag}${declared}>${inner}</${tag}>`;
}

/** A whole document. */
export function xmlDocument(name: "multistatus" | "error", inner: string): string {
  const namespaces = Object.entries(PREFIXES).map(([uri, prefix]) => ` xmlns:${prefix}="${uri}"`).join("");
  return `<?xml version="1.0" encoding="utf-8"?>\n<d:${name}${namespaces}>${inner}</d:${name}>`;
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  )
    .replaceAll("\r", "&#13;");
}
