import { XMLParser, XMLValidator } from "fast-xml-parser";

/** An element of an answer. Prefixes are the server's to choose, and no two properties that we read differ by namespace alone. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** RFC 4918 needs a few levels; what is deeper is meant to exhaust us. */
const DEPTH_MAX = 32;
const ATTRIBUTE = "@";

const parser = new XMLParser({
  preserveOrder: true,
  removeNSPrefix: true,
  ignoreAttributes: false,
  attributeNamePrefix: ATTRIBUTE,
  // "00123" is a name, not a number.
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Without this, references by number stay as they are.
  htmlEntities: true,
});

/**
 * Reads an XML document. One with a document type is refused unread: entities are defined there, and with a few of them a
 * kilobyte becomes a gigabyte.
 *
 * @returns null where the text is no whole, well-formed document
 */
export function readXml(text: string): XmlElement | null {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) return null;
  try {
    // The parser itself takes half a document for a whole one.
    if (XMLValidator.validate(text) !== true) return null;
    return elementsOf(parser.parse(text), 0).find(({ name }) => !name.startsWith("?")) ?? null;
  } catch {
    return null;
  }
}

/** By hand: a schema takes ten times as long, and a listing has tens of thousands of elements. */
function elementsOf(content: unknown, depth: number): readonly XmlElement[] {
  if (depth > DEPTH_MAX) throw new Error("The document is nested too deep.");
  const elements: XmlElement[] = [];
  for (const part of partsOf(content)) {
    const name = Object.keys(part).find((key) => key !== ":@" && key !== "#text");
    if (name === undefined) continue;
    elements.push({
      name,
      attributes: attributesOf(part[":@"]),
      text: textOf(part[name]),
      children: elementsOf(part[name], depth + 1),
    });
  }
  return elements;
}

function attributesOf(given: unknown): Readonly<Record<string, string>> {
  if (!isRecord(given)) return {};
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key.slice(ATTRIBUTE.length), String(value)]),
  );
}

function textOf(content: unknown): string {
  let text = "";
  for (const part of partsOf(content)) {
    if (typeof part["#text"] === "string") text += part["#text"];
  }
  return text;
}

function partsOf(content: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The child elements of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first element at the end of a path of names. */
export function elementAt(
  element: XmlElement | undefined,
  ...path: readonly string[]
): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((inner, name) => childrenOf(inner, name)[0], element);
}

/** Text for a document of ours. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("\r", "&#13;");
}
