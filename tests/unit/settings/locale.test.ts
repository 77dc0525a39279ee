import assert from "node:assert/strict";
import { isSpoken, languageOf } from "../../../settings/src/languages.ts";
import { localeOf, localeOfWords } from "../../../settings/src/locale.ts";

Deno.test("dates are written as the reader writes the language of the page", () => {
  assert.equal(localeOf("en", ["fr-FR", "en-GB", "en-US"]), "en-GB");
  assert.equal(localeOf("de", ["fr-FR", "en-GB"]), "de");
  assert.equal(localeOf("", ["fr-FR", "en-GB"]), "fr-FR");
});

Deno.test("a page that says no language is read in the first of the reader's that is spoken here", () => {
  assert.equal(localeOf("", ["it-IT", "de-AT", "en-GB"]), "de-AT");
  assert.equal(localeOf("", ["it-IT", "pl"]), "it-IT");
  assert.equal(localeOf("", []), "en");
});

Deno.test("every variety of a language is spoken as that language, and others as English", () => {
  const spoken = ["de", "de-AT", "DE-ch", "fr-CA", "en-US", "it", "den", ""].map(languageOf);
  assert.deepEqual(spoken, ["de", "de", "de", "fr", "en", "en", "en", "en"]);
  assert.deepEqual(["de-AT", "en", "it"].map(isSpoken), [true, true, false]);
});

Deno.test("dates and numbers are in the language of the words around them", () => {
  assert.equal(localeOfWords("de", "de-AT", ["en-GB"]), "de-AT");
  assert.equal(localeOfWords("en", "it-IT", ["it-IT", "en-GB"]), "en-GB");
  // While another language is loaded.
  assert.equal(localeOfWords("de", "fr-FR", ["fr-FR"]), "de");
});
