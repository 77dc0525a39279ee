import type { OutlookEvent } from "./state.ts";

const PREVIEW_MAX = 255;
const META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';
const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": " " };

/** A body as Outlook gives it back: HTML of its own making, or text with its own line ends. */
export function shownBody({ contentType, content }: OutlookEvent["body"], as: "text" | "html") {
  if (as === "text") return { contentType: "text", content: textOf({ contentType, content }) };
  return {
    contentType: "html",
    content: contentType === "html"
      ? `<html><head>\r\n${META}</head><body>\r\n${content}\r\n</body></html>\r\n`
      : `<html><head>\r\n${META}<meta name="Generator" content="Microsoft Exchange Server">\r\n` +
        "<!-- converted from text -->\r\n</head>\r\n<body>\r\n" +
        `<font size="2"><span style="font-size:11pt;"><div class="PlainText">${
          escape(content)
        }</div></span></font>\r\n` +
        "</body>\r\n</html>\r\n",
  };
}

/** The first characters of a body, as text. */
export function previewOf(body: OutlookEvent["body"]): string {
  return textOf(body).trim().slice(0, PREVIEW_MAX);
}

/** The words of a body. */
export function textOf({ contentType, content }: OutlookEvent["body"]): string {
  const text = contentType === "text"
    ? content
    : content.replace(/<(br|\/p|\/div)\b[^>]*>/gi, "\n").replace(/<[^>]*>/g, "").replace(
      /&(lt|gt|quot|nbsp);/g,
      (entity) => ENTITIES[entity] ?? entity,
    ).replaceAll("&amp;", "&");
  return text.replace(/\r?\n/g, "\r\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(
    /\r?\n/g,
    "<br>\r\n",
  );
}
