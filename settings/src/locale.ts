/**
 * The locale for dates and numbers: the reader's own variety of the document's language, as "en-GB" on a page in "en".
 *
 * @param document_language BCP 47; empty where the document does not say
 * @param reader_languages as the browser has them, the best first
 */
export function localeOf(document_language: string, reader_languages: readonly string[]): string {
  const [first = "en"] = reader_languages;
  if (document_language === "") return first;
  const [primary] = document_language.split("-");
  return reader_languages.find((language) => language.split("-")[0] === primary) ?? document_language;
}
