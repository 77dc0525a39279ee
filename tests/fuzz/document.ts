import { z } from "zod";
import { API_DOCUMENT_PATH } from "../../local/api-document.ts";

const SchemaObject = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.json()).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});
export type SchemaObject = z.infer<typeof SchemaObject>;

const Parameter = z.object({
  in: z.enum(["query", "path"]),
  name: z.string(),
  required: z.boolean().default(false),
  schema: z.unknown(),
});

const Operation = z.object({
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({
    content: z.object({ "application/json": z.object({ schema: z.unknown() }) }),
  }).optional(),
  security: z.array(z.unknown()).optional(),
});

const Verb = z.enum(["get", "post", "patch", "delete"]);

const Document = z.object({
  paths: z.record(z.string(), z.partialRecord(Verb, Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

/** One call of the Calendar API, as the document describes it. */
export interface ApiCall {
  /** `post /feeds/{id}/rotate`. */
  readonly name: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly parameters: readonly {
    readonly in: "query" | "path";
    readonly name: string;
    readonly required: boolean;
    readonly schema: SchemaObject;
  }[];
  readonly body: SchemaObject | null;
  /** Whether only a signed-in user may make it. */
  readonly needs_user: boolean;
}

/** The OpenAPI document that is checked in. */
export interface ApiDocument {
  readonly json: unknown;
  readonly calls: readonly ApiCall[];
  /** Every code of an error. */
  readonly error_codes: readonly string[];
  /** A schema with its reference followed. */
  resolve(schema: unknown): SchemaObject;
}

/** Reads the document: what is not in it is not sent, and what comes into it is sent without anybody's doing. */
export async function readDocument(): Promise<ApiDocument> {
  const json: unknown = JSON.parse(await Deno.readTextFile(API_DOCUMENT_PATH));
  const { paths, components } = Document.parse(json);
  const resolve = (schema: unknown): SchemaObject => {
    const read = SchemaObject.parse(schema);
    const name = read.$ref?.replace("#/components/schemas/", "");
    return name === undefined ? read : resolve(components.schemas[name]);
  };
  const Codes = z.object({ code: z.object({ enum: z.array(z.string()) }) });
  return {
    json,
    resolve,
    error_codes: Codes.parse(resolve(components.schemas["Error"]).properties).code.enum,
    calls: Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([verb, operation]) =>
        operation === undefined ? [] : [{
          name: `${verb} ${path}`,
          method: verb.toUpperCase(),
          path,
          parameters: operation.parameters.map((one) => ({ ...one, schema: resolve(one.schema) })),
          body: operation.requestBody === undefined
            ? null
            : resolve(operation.requestBody.content["application/json"].schema),
          needs_user: (operation.security ?? []).length > 0,
        }]
      )
    ),
  };
}
