import { isSpoken, type Language, languageOf } from "./languages.ts";

/**
 * The locale of a page's reader: their own variety of the document's language, as "en-GB" on a page in "en".
 *
 * @param document_language BCP 47; empty where the document does not say: then the first of the reader's that is spoken here
 * @param reader_languages as the browser has them, the best first
 */
export function localeOf(document_language: string, reader_languages: readonly string[]): string {
  if (document_language === "") return reader_languages.find(isSpoken) ?? reader_languages[0] ?? "en";
  const [primary] = document_language.split("-");
  return reader_languages.find((language) => language.split("-")[0] === primary) ?? document_language;
}

/**
 * The locale for dates and numbers between words of ours.
 *
 * @param locale of the reader; where it is of another language than the words, their variety of the words' language
 */
export function localeOfWords(
  language: Language,
  locale: string,
  reader_languages: readonly string[],
): string {
  return isSpoken(locale) && languageOf(locale) === language ? locale : localeOf(language, reader_languages);
}
