import assert from "node:assert/strict";
import { localeOf } from "../../../settings/src/locale.ts";

Deno.test("dates are written as the reader writes the language of the page", () => {
  assert.equal(localeOf("en", ["fr-FR", "en-GB", "en-US"]), "en-GB");
  assert.equal(localeOf("de", ["fr-FR", "en-GB"]), "de");
  assert.equal(localeOf("", ["fr-FR", "en-GB"]), "fr-FR");
});
