import type { MarkdownIt } from "vitepress";

/** Has blocks of `mermaid` drawn as diagrams (theme/diagram.ts), as GitHub does. */
export function drawDiagrams(md: MarkdownIt): void {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    return token?.info.trim() === "mermaid"
      ? `<Diagram source="${encodeURIComponent(token.content)}" />\n`
      : fence?.(tokens, index, ...rest) ?? "";
  };
}
