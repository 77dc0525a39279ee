import type { Page } from "playwright-core";

const CONFIG_ELEMENT = /(<script type="application\/json" id="settings-config">)([^<]*)(<\/script>)/;

/** Serves the Settings page as a host would that writes this into its config. */
export async function serveWith(page: Page, change: Readonly<Record<string, unknown>>): Promise<void> {
  await page.route((url) => url.pathname === "/settings", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(
      CONFIG_ELEMENT,
      (_, begin: string, config: string, end: string) =>
        `${begin}${JSON.stringify({ ...JSON.parse(config), ...change })}${end}`,
    );
    await route.fulfill({ response, body });
  });
}
