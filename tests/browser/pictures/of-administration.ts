import { z } from "zod";
import type { SettingsScene } from "../support/settings-scene.ts";
import { clipAround, type Gallery } from "./gallery.ts";

const QUERIES = [
  "select name, ok, what_it_means from calendar_admin.health",
  "select account_email, state, code, why, what_to_do from calendar_admin.failing_integrations",
];
const Rows = z.array(z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])));

/** What an administrator reads in any SQL client. */
export async function takeAdministration(scene: SettingsScene, gallery: Gallery): Promise<void> {
  const tables = await Promise.all(
    QUERIES.map(async (query) => tableOf(query, Rows.parse([...await scene.sql.unsafe(query)]))),
  );
  await gallery.take("admin", { width: 1100, scale: 1.5 }, async ({ page, still }) => {
    await page.setContent(`<style>${STYLE}</style><main>${tables.join("")}</main>`);
    await still("admin", await clipAround(page, "main", 0));
  });
}

function tableOf(query: string, rows: z.infer<typeof Rows>): string {
  const cell = (value: string | boolean | null) => `<td>${escaped(String(value ?? ""))}</td>`;
  const names = Object.keys(rows[0] ?? {});
  return `<pre>${escaped(query)};</pre><table><tr>${names.map((name) => `<th>${name}</th>`).join("")}</tr>${
    rows.map((row) => `<tr>${names.map((name) => cell(row[name] ?? null)).join("")}</tr>`).join("")
  }</table>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;background:light-dark(#fff,#0d1117);color:light-dark(#1b1f24,#e6edf3);font:14px/1.5 system-ui,sans-serif}
main{padding:16px}pre{margin:0 0 8px;padding:10px 14px;border-radius:8px;background:light-dark(#f0f3f6,#161b22);font-size:14px}
table{width:100%;margin-bottom:20px;border-collapse:collapse}
th,td{padding:6px 10px;border:1px solid light-dark(#dfe3e8,#30363d);text-align:start;vertical-align:top}
th{background:light-dark(#f7f8fa,#161b22);font-weight:600}`;
