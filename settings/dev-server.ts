import type { Plugin } from "vite";

const CONFIG_ELEMENT = /(<script type="application\/json" id="settings-config">)([^<]*)(<\/script>)/;

/**
 * Lets Vite's development server stand in front of a running stack: the page comes from the sources, its config and
 * everything that it asks for from the stack.
 *
 * @param stackUrl the stack's `apiUrl`
 */
export function inFrontOf(stackUrl: string): Plugin {
  return {
    name: "in-front-of-stack",
    apply: "serve",
    config: () => ({ server: { proxy: { "/auth/v1": stackUrl, "/functions/v1": stackUrl } } }),
    async transformIndexHtml(html, { server }) {
      const served = await fetch(`${stackUrl}/settings`).then((response) => response.text(), () => "");
      const config = CONFIG_ELEMENT.exec(served)?.[2];
      if (config === undefined) {
        throw new Error(`No stack serves a Settings page at ${stackUrl}: npm start first.`);
      }
      const origin = new URL(server?.resolvedUrls?.local[0] ?? stackUrl).origin;
      const given: object = JSON.parse(config);
      // The page talks to where it came from, which passes it on.
      const own = JSON.stringify({ ...given, supabaseUrl: origin }).replaceAll("<", "\\u003c");
      return html.replace(CONFIG_ELEMENT, (_, begin: string, __, end: string) => `${begin}${own}${end}`);
    },
  };
}
