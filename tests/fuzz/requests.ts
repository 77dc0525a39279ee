import fc from "fast-check";
import type { ApiCall, ApiDocument, SchemaObject } from "./document.ts";
import { brokenBody, hostileJson, hostileText } from "./texts.ts";

/** What can be sent to a route. */
export interface ApiRequest {
  readonly method: string;
  /** Below the API's address, encoded. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
  /** What is wrong with it. */
  readonly attack: string;
}

/** Values that fields get their meaning from, by the name of the field; those of a format where there is none. */
export type Known = Readonly<Record<string, readonly string[]>>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** A body may have 64 KiB: larger ones have their own test. */
const BODY_CHARACTERS_MAX = 60_000;

/** What a call needs, each value spelt as JSON; absent where it is left out. */
interface Filled {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>> | null;
}

/** A call as the document wants it. */
export function validRequest(document: ApiDocument, call: ApiCall, known: Known): fc.Arbitrary<ApiRequest> {
  return filledCall(document, call, known).map((filled) => built(call, filled, "none"));
}

/** A call with one thing wrong about it, or whatever anybody may send there. */
export function hostileRequest(document: ApiDocument, call: ApiCall, known: Known): fc.Arbitrary<ApiRequest> {
  const valid = filledCall(document, call, known);
  const fields = [
    ...call.parameters.map(({ name }) => ({ place: "parameters" as const, name })),
    ...Object.keys(call.body?.properties ?? {}).map((name) => ({ place: "body" as const, name })),
  ];
  const another = (place: "parameters" | "body", attack: string, name: fc.Arbitrary<string>) =>
    fc.record({ filled: valid, name, value: place === "body" ? hostileJson : hostileText }).map((
      { filled, name, value },
    ) => built(call, { ...filled, [place]: { ...filled[place], [name]: value } }, attack));
  const options: fc.WeightedArbitrary<ApiRequest>[] = [
    { weight: 1, arbitrary: another("parameters", "a parameter that nobody knows", hostileText) },
    {
      weight: 1,
      arbitrary: fc.tuple(valid, fc.constantFrom("PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND"))
        .map(([filled, method]) => ({ ...built(call, filled, "another method"), method })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(valid, hostileText).map(([filled, text]) => {
        const request = built(call, filled, "a longer path");
        return { ...request, path: `${request.path.replace(/\?.*/, "")}/${encoded(text)}` };
      }),
    },
  ];
  if (fields.length > 0) {
    options.push({
      weight: 6,
      arbitrary: fc.constantFrom(...fields).chain(({ place, name }) =>
        another(place, `${name} is wrong`, fc.constant(name))
      ),
    }, {
      weight: 2,
      arbitrary: fc.tuple(valid, fc.constantFrom(...fields)).map(([filled, { place, name }]) =>
        built(call, { ...filled, [place]: without(filled[place] ?? {}, name) }, `${name} is missing`)
      ),
    });
  }
  const queried = call.parameters.filter((parameter) => parameter.in === "query");
  if (queried.length > 0) {
    options.push({
      weight: 2,
      arbitrary: fc.tuple(
        valid,
        fc.constantFrom(...queried),
        hostileText,
        fc.constantFrom("", "[]", "[0]", "[a]"),
      )
        .map(([filled, { name }, text, index]) => {
          const request = built(call, filled, `${name} comes twice`);
          const joint = request.path.includes("?") ? "&" : "?";
          return { ...request, path: `${request.path}${joint}${name}${index}=${encoded(text)}` };
        }),
    });
  }
  if (call.method === "POST" || call.method === "PATCH") {
    options.push(
      { weight: 2, arbitrary: another("body", "a field that nobody knows", hostileText) },
      { weight: 3, arbitrary: raw(call, valid, "another body", hostileJson) },
      { weight: 2, arbitrary: raw(call, valid, "a broken body", brokenBody) },
      {
        weight: 1,
        arbitrary: fc.tuple(
          valid,
          fc.constantFrom(
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "x",
            "text/html, application/json",
          ),
          fc.constantFrom("identity", "gzip", "br", "zip"),
        ).map(([filled, type, encoding]) => {
          const request = built(call, filled, `a body that says it is ${type} in ${encoding}`);
          return { ...request, headers: { "content-type": type, "content-encoding": encoding } };
        }),
      },
    );
  }
  return fc.oneof(...options);
}

function raw(
  call: ApiCall,
  valid: fc.Arbitrary<Filled>,
  attack: string,
  body: fc.Arbitrary<string | Uint8Array<ArrayBuffer>>,
): fc.Arbitrary<ApiRequest> {
  return fc.tuple(valid, body).map(([filled, body]) => ({ ...built(call, filled, attack), body }));
}

function filledCall(document: ApiDocument, call: ApiCall, known: Known): fc.Arbitrary<Filled> {
  const parameters = Object.fromEntries(
    call.parameters.map(({ name, schema }) => [
      name,
      valueOf(document, name, schema, known).map((json) => String(JSON.parse(json))),
    ]),
  );
  const required = call.parameters.filter((one) => one.required).map(({ name }) => name);
  return fc.record({
    parameters: someOf(parameters, required),
    body: call.body === null ? fc.constant(null) : fieldsOf(document, call.body, known),
  });
}

function fieldsOf(document: ApiDocument, schema: SchemaObject, known: Known) {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    valueOf(document, name, document.resolve(field), known),
  ]);
  return someOf(Object.fromEntries(fields), schema.required ?? []);
}

/** Each field that is required, and some of the others. */
function someOf(
  fields: Readonly<Record<string, fc.Arbitrary<string>>>,
  required: readonly string[],
): fc.Arbitrary<Record<string, string>> {
  return fc.record({ ...fields }, { requiredKeys: [...required] }).map((filled) => {
    const given: Record<string, string> = {};
    for (const [name, value] of Object.entries(filled)) if (value !== undefined) given[name] = value;
    return given;
  });
}

/** A value as its schema wants it, spelt as JSON. */
function valueOf(
  document: ApiDocument,
  name: string,
  schema: SchemaObject,
  known: Known,
): fc.Arbitrary<string> {
  const types = [schema.type ?? "string"].flat();
  const type = types.find((one) => one !== "null") ?? "null";
  const value = typeValue(type);
  return types.includes("null") ? fc.oneof(fc.constant("null"), value) : value;

  function typeValue(type: string): fc.Arbitrary<string> {
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum).map((one) => JSON.stringify(one));
    switch (type) {
      case "object":
        return fieldsOf(document, schema, known).map(objectText);
      case "array": {
        const item = valueOf(document, name, document.resolve(schema.items), known);
        const lengths = { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 5, 5) };
        return fc.array(item, lengths).map((items) => `[${items.join()}]`);
      }
      case "integer":
      case "number":
        return fc.integer({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6 }).map(String);
      case "boolean":
        return fc.boolean().map(String);
      default:
        return textValue().map((text) => JSON.stringify(text));
    }
  }

  function textValue(): fc.Arbitrary<string> {
    const values = known[name] ?? known[schema.format ?? ""];
    if (values !== undefined) return fc.constantFrom(...values);
    if (schema.format === "date-time") {
      return fc.integer({ min: 1, max: 3_000 }).map((days) =>
        new Date(Date.now() + days * DAY_MS).toISOString()
      );
    }
    const pattern = schema.pattern === undefined ? null : new RegExp(schema.pattern);
    const text = fc.string({
      unit: "grapheme",
      minLength: schema.minLength ?? 0,
      maxLength: Math.min(schema.maxLength ?? 30, 30),
    });
    // Most patterns leave something out; a few are a form of its own.
    if (pattern === null) return text;
    if (pattern.test("any text")) return text.filter((each) => pattern.test(each));
    const { maxLength = Infinity } = schema;
    return fc.stringMatching(pattern).filter((each) => each.length <= maxLength);
  }
}

function built(call: ApiCall, { parameters, body }: Filled, attack: string): ApiRequest {
  const in_path = call.parameters.filter((one) => one.in === "path").map(({ name }) => name);
  const path = in_path.reduce(
    (path, name) => path.replace(`{${name}}`, encoded(parameters[name] ?? "")),
    call.path,
  );
  const query = Object.entries(parameters).filter(([name]) => !in_path.includes(name))
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  return {
    method: call.method,
    path: query === "" ? path : `${path}?${query}`,
    headers: body === null ? {} : { "content-type": "application/json" },
    body: body === null ? null : objectText(body).slice(0, BODY_CHARACTERS_MAX),
    attack,
  };
}

/** As a browser does it; half of a character goes as the bytes that it would have. */
function encoded(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\s\S]/g, (character) => {
    if (character.isWellFormed()) return encodeURIComponent(character).replaceAll("%25", "%");
    const code = character.charCodeAt(0);
    return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
      .map((byte) => `%${byte.toString(16)}`).join("");
  });
}

function objectText(fields: Readonly<Record<string, string>>): string {
  return `{${Object.entries(fields).map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`;
}

function without(fields: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
}
