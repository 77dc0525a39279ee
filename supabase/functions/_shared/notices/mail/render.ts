import type { MailContent } from "./content.ts";

/** The plain text of a mail. */
export function textOf({ paragraphs, items, button, footer }: MailContent, page_url: string): string {
  return [
    ...paragraphs,
    ...(items.length === 0 ? [] : [items.map((item) => `- ${item}`).join("\n")]),
    `${button}: ${page_url}`,
    `--\n${footer}`,
  ].join("\n\n") + "\n";
}

/**
 * The same as HTML. Styles are inline, since mail programs drop all others; colours leave room for a program's dark mode, and
 * nothing is loaded from anywhere.
 */
export function htmlOf(
  { subject, paragraphs, items, button, footer }: MailContent,
  page_url: string,
): string {
  const list = items.length === 0
    ? ""
    : `<ul style="margin:0 0 16px;padding-left:20px">${
      items.map((item) => `<li style="margin:0 0 8px">${escaped(item)}</li>`).join("")
    }</ul>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title>
</head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px;margin:0 auto">
${paragraphs.map((paragraph) => `<p style="margin:0 0 16px">${escaped(paragraph)}</p>`).join("\n")}
${list}<p style="margin:24px 0"><a href="${
    escaped(page_url)
  }" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1f5fbf;color:#ffffff;text-decoration:none">${
    escaped(button)
  }</a></p>
<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #888888;font-size:13px">${escaped(footer)}</p>
</div>
</body>
</html>
`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
