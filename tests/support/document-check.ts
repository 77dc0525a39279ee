import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { default as addFormats } from "ajv-formats";
import { z } from "zod";

const Operation = z.object({
  responses: z.record(
    z.string(),
    z.object({
      content: z.record(z.string(), z.unknown()).optional(),
      headers: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
const Document = z.object({
  paths: z.record(z.string(), z.partialRecord(z.enum(["get", "post", "patch", "delete"]), Operation)),
});

/** Holds answers against an OpenAPI document. */
export interface DocumentCheck {
  /**
   * Fails where the document does not say that such a call may be answered so: its status, its headers, or a body of another
   * kind or, in JSON, with a field that is missing, wrong or not described.
   *
   * @param path with its query
   * @returns the body as text
   */
  check(method: string, path: string, response: Response): Promise<string>;
  /** What the document says that no answer has shown: `get /status 200`. */
  unseen(): string[];
}

/** @param document OpenAPI 3.1 */
export function checkAgainst(document: unknown): DocumentCheck {
  const { paths } = Document.parse(document);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: "document", ...z.record(z.string(), z.unknown()).parse(closed(document)) });
  const seen = new Set<string>();
  const validators = new Map<string, ReturnType<typeof ajv.compile>>();
  return {
    async check(method, path, response) {
      const given = path.replace(/\?.*$/, "");
      const template = paths[given]
        ? given
        : Object.keys(paths).find((known) => matches(known, given)) ?? given;
      const verb = z.enum(["get", "post", "patch", "delete"]).parse(method.toLowerCase());
      const where = `${verb} ${template} ${response.status}`;
      const text = await response.text();
      const answer = paths[template]?.[verb]?.responses[response.status];
      assert.ok(answer, `${where} is not documented: ${text}`);
      seen.add(where);
      for (const header of Object.keys(answer.headers ?? {})) {
        assert.ok(response.headers.get(header), `${where} has no header ${header}`);
      }
      if (answer.content === undefined) {
        assert.equal(text, "", `${where} has a body`);
        return text;
      }
      const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
      assert.ok(type in answer.content, `${where} is ${type}`);
      if (type !== "application/json") return text;
      const pointer = ["paths", template, verb, "responses", String(response.status), "content"]
        .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
      const schema = `document#/${pointer}/application~1json/schema`;
      const validate = validators.get(schema) ?? ajv.compile({ $ref: schema });
      validators.set(schema, validate);
      assert.ok(validate(JSON.parse(text)), `${where}: ${JSON.stringify(validate.errors)}: ${text}`);
      return text;
    },
    unseen: () =>
      Object.entries(paths).flatMap(([path, item]) =>
        Object.entries(item).flatMap(([verb, operation]) =>
          Object.keys(operation?.responses ?? {}).map((status) => `${verb} ${path} ${status}`)
        )
      ).filter((where) => !seen.has(where)),
  };
}

/** Whether a path is one that a template (`/feeds/{id}`) stands for. */
function matches(template: string, path: string): boolean {
  const [expected, given] = [template.split("/"), path.split("/")];
  return expected.length === given.length &&
    expected.every((part, index) => part.startsWith("{") || part === given[index]);
}

/** What an object does not describe it may not have: so no answer says more than the document. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== "object" || node === null) return node;
  const inside = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
  return "properties" in node && "type" in node ? { additionalProperties: false, ...inside } : inside;
}
