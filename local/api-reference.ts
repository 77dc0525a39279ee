import { z } from "zod";
import { apiDocument } from "../supabase/functions/calendar/document.ts";
import { exampleOf, Schema, type Schemas } from "./api-examples.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The Calendar API's document as a page. */
export const API_REFERENCE_PATH = `${ROOT}/docs/embed/api-reference.md`;

const Content = z.record(z.string(), z.object({ schema: Schema })).optional();
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["query", "path"]),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: Schema,
});
const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content })),
});
type Operation = z.infer<typeof Operation>;

const METHODS = ["get", "post", "patch", "delete"] as const;
const ApiDocument = z.object({
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  components: z.object({ schemas: z.record(z.string(), Schema) }),
  paths: z.record(z.string(), z.partialRecord(z.enum(METHODS), Operation)),
});

/** One call with what it is shown with. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly query: readonly (readonly [string, string])[];
  readonly request: { readonly schema: Schema; readonly example: unknown } | null;
  /** By status: the answers that are no errors. */
  readonly answers: readonly {
    readonly status: string;
    readonly schema: Schema;
    readonly example: unknown;
  }[];
}

/** Every call of the document, with its examples. */
export function callsOfApi(): { readonly calls: readonly Call[]; readonly schemas: Schemas } {
  const { paths, schemas } = readDocument();
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.flatMap((method) => {
      const operation = operations[method];
      return operation === undefined ? [] : [callOf(path, method, operation, schemas)];
    })
  );
  return { calls, schemas };
}

/** docs/embed/api-reference.md as the document has it. */
export async function renderApiReference(): Promise<string> {
  const { tags } = readDocument();
  const { calls, schemas } = callsOfApi();
  const sections = tags.map(({ name, description }) => {
    const own = calls.filter(({ operation }) => operation.tags.includes(name));
    return [`## ${name}`, description, ...own.map((call) => section(call, schemas))].join("\n\n");
  });
  return await formatted(
    `# API reference

<!-- Written by npm run generate from openapi.json. -->

Every call of the [Calendar API](calendar-api.md), with its arguments and answers. The examples of shell commands use:

\`\`\`sh
CALENDAR="https://<ref>.supabase.co/functions/v1/calendar"
PUBLISHABLE_KEY="sb_publishable_…"
ACCESS_TOKEN="…"
\`\`\`

A program sends \`Authorization: Bearer eck_live_…\` instead of both headers, where the call names the scope of an [API key](api-keys.md).
Every error has a \`code\` and a \`message\`: [what to do about each](calendar-api.md#errors).

${fenced("json", json(exampleOf({ $ref: "Error" }, schemas)))}

${sections.join("\n\n")}
`,
    "md",
  );
}

function readDocument() {
  const { tags, components, paths } = ApiDocument.parse(JSON.parse(JSON.stringify(apiDocument())));
  return { tags, schemas: components.schemas, paths };
}

function callOf(path: string, method: string, operation: Operation, schemas: Schemas): Call {
  const body = operation.requestBody?.content?.["application/json"]?.schema;
  const query = operation.parameters.filter((parameter) => parameter.in === "query" && parameter.required)
    .map((
      { name, schema },
    ): readonly [string, string] => [name, String(exampleOf(schema, schemas, name, operation.operationId))]);
  return {
    method: method.toUpperCase(),
    path,
    operation,
    query,
    request: body === undefined ? null : { schema: body, example: exampleOf(body, schemas) },
    answers: Object.entries(operation.responses).flatMap(([status, { content }]) => {
      const schema = content?.["application/json"]?.schema;
      return Number(status) >= 400 || schema === undefined
        ? []
        : [{ status, schema, example: exampleOf(schema, schemas, "answer", operation.operationId) }];
    }),
  };
}

function section(call: Call, schemas: Schemas): string {
  const { method, path, operation, answers } = call;
  const parts = [
    `### ${operation.summary}`,
    `\`${method} ${path}\` · ${callers(operation)}`,
    escaped(operation.description ?? ""),
    argumentTable(call, schemas),
    fenced("sh", curl(call)),
    operation.security.length === 0 ? undefined : fenced("ts", supabaseJs(call)),
    ...answers.slice(0, 1).map(({ status, example }) =>
      `Answer, ${status}:\n\n${fenced("json", json(example))}`
    ),
    answerTable(operation),
  ];
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

function callers({ security }: Operation): string {
  if (security.length === 0) return "needs no session";
  const scopes = security.flatMap(({ key }) => key ?? []);
  return scopes.length === 0
    ? "the signed-in user"
    : `the signed-in user, or an API key with ${scopes.map((scope) => `\`${scope}\``).join(" or ")}`;
}

function argumentTable({ operation, request }: Call, schemas: Schemas): string {
  const parameters = operation.parameters.map(({ name, in: place, required, description, schema }) =>
    row([`\`${name}\``, place, required ? "yes" : "no", kindOf(schema, schemas), description ?? ""])
  );
  const body = request === null ? undefined : resolve(request.schema, schemas);
  const fields = body === undefined ? [] : fieldRows(body, schemas);
  const rows = [...parameters, ...fields];
  if (rows.length === 0) return "";
  return [row(["argument", "in", "required", "type", "meaning"]), "| - | - | - | - | - |", ...rows].join(
    "\n",
  );
}

/** The fields of a body; those of an object in it after its name and a dot. */
function fieldRows(body: Schema, schemas: Schemas, within = ""): readonly string[] {
  return Object.entries(body.properties ?? {}).flatMap(([name, node]) => {
    const schema = resolve(node, schemas);
    const required = body.required?.includes(name) === true ? "yes" : "no";
    return [
      row([
        `\`${within}${name}\``,
        "body",
        required,
        kindOf(schema, schemas),
        node.description ?? schema.description ?? "",
      ]),
      ...fieldRows(schema, schemas, `${within}${name}.`),
    ];
  });
}

function answerTable({ responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, { description }]) => row([status, description]));
  return [row(["status", "meaning"]), "| - | - |", ...rows].join("\n");
}

/** A type in few words: its values where it has few, what is in a list, a format. */
function kindOf(node: Schema, schemas: Schemas): string {
  const schema = resolve(node, schemas);
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  const types = [schema.type ?? []].flat();
  const kinds = types.map((type) =>
    type === "array" && schema.items !== undefined
      ? `list of ${kindOf(schema.items, schemas)}`
      : type === "string" && schema.format !== undefined
      ? schema.format
      : type
  );
  return kinds.join(" or ") || "object";
}

function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : schemas[name] ?? schema;
}

function curl({ method, path, operation, query, request }: Call): string {
  const address = `"$CALENDAR${filled(path)}${queryOf(query)}"`;
  const head = [
    ...(method === "GET" ? [] : [`-X ${method}`]),
    ...(operation.security.length === 0
      ? []
      : ['-H "apikey: $PUBLISHABLE_KEY"', '-H "Authorization: Bearer $ACCESS_TOKEN"']),
  ].join(" ");
  const body = request === null ? "" : ` \\\n  -d '${JSON.stringify(request.example)}'`;
  return `curl ${head === "" ? "" : `${head} `}${address}${body}`;
}

function supabaseJs({ method, path, query, request }: Call): string {
  const name = `calendar${filled(path)}${queryOf(query)}`;
  const body = request === null ? "" : `, body: ${JSON.stringify(request.example)}`;
  return `const { data, error } = await supabase.functions.invoke("${name}", { method: "${method}"${body} });`;
}

function filled(path: string): string {
  return path.replaceAll("{id}", "<id>").replaceAll("{delivery_id}", "<delivery_id>");
}

function queryOf(query: readonly (readonly [string, string])[]): string {
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return text === "" ? "" : `?${text}`;
}

/** A row of a table in Markdown. */
export function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.startsWith("`") ? cell : escaped(cell)).join(" | ")} |`;
}

/** Text in which Markdown and the site find neither markup nor the end of a cell. */
function escaped(text: string): string {
  return text.replaceAll("\n", " ").replaceAll("<", "&lt;").replaceAll("{", "&#123;").replaceAll("|", "\\|");
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
