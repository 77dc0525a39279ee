import openapiTS, { astToString } from "openapi-typescript";
import { apiDocument } from "../supabase/functions/calendar/document.ts";
import { formatted } from "./format.ts";
import { ROOT } from "./paths.ts";

/** The checked-in description of the Calendar API, and the types that the Settings page makes of it. */
export const API_DOCUMENT_PATH = `${ROOT}/docs/embed/openapi.json`;
export const API_TYPES_PATH = `${ROOT}/settings/src/api/schema.ts`;

/** What `GET /openapi.json` answers, formatted. */
export async function renderApiDocument(): Promise<string> {
  return await formatted(JSON.stringify(apiDocument()), "json");
}

/** The types of every path and schema in it, formatted. */
export async function renderApiTypes(): Promise<string> {
  const types = astToString(await openapiTS(JSON.stringify(apiDocument())));
  return await formatted(`// Written by npm run generate from the Calendar API's schemas.\n${types}`, "ts");
}
