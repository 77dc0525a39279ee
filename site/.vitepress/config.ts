import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import { anchorOf } from "./anchors.ts";
import { drawDiagrams } from "./diagrams.ts";
import { PAGES } from "./pages.ts";
import { linkToRepository } from "./repository-links.ts";

const fromHere = (name: string) => fileURLToPath(import.meta.resolve(name));
const named = (reader: string) => reader[0]?.toUpperCase() + reader.slice(1);

/** As the page calls itself. */
function titleOf(page: string): string {
  const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), "utf8");
  return /^# (.+)$/m.exec(text)?.[1] ?? page;
}

/** The documentation as a site: the pages are those in docs/, by reader. A dead link fails the build. */
export default defineConfig({
  title: "EcoComply calendar",
  description: "Every deadline of a Supabase application in the calendars that people look at",
  // Where the site is on its server.
  base: process.env.SITE_BASE ?? "/",
  srcDir: "../docs",
  // The pages are outside of this package, and compiled to components that import Vue. In the browser VitePress finds it for them; as
  // they are rendered, we do: the browser's part would else get Vue's compiler too.
  vite: {
    plugins: [{
      name: "vue-of-pages",
      config: (_, { isSsrBuild }) =>
        isSsrBuild
          ? {
            resolve: {
              alias: { "vue/server-renderer": fromHere("vue/server-renderer"), vue: fromHere("vue") },
            },
          }
          : {},
    }],
  },
  outDir: "./dist",
  lang: "en",
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => {
      linkToRepository(md, process.env.REPOSITORY_URL);
      drawDiagrams(md);
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: Object.entries(PAGES).map(([reader, [first]]) => ({
      text: named(reader),
      link: `/${reader}/${first}`,
      activeMatch: `/${reader}/`,
    })),
    sidebar: Object.entries(PAGES).map(([reader, pages]) => ({
      text: named(reader),
      items: pages.map((page) => ({ text: titleOf(`${reader}/${page}`), link: `/${reader}/${page}` })),
    })),
  },
});
