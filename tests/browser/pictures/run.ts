// `npm run pictures`: takes all pictures of README and docs anew, on a stack of its own; `npm run pictures -- demo moved`: these.
import { openBrowser } from "../support/browser.ts";
import { openSettingsScene } from "../support/settings-scene.ts";
import { openGallery } from "./gallery.ts";
import { takeAdministration } from "./of-administration.ts";
import { takeDemo } from "./of-demo.ts";
import { takeConnected, takeMoved, takeStopped } from "./of-settings.ts";

/** In this order: what an administrator reads is about those before. */
const TAKEN = {
  demo: takeDemo,
  connected: takeConnected,
  moved: takeMoved,
  stopped: takeStopped,
  admin: takeAdministration,
};

const unknown = Deno.args.filter((name) => !Object.hasOwn(TAKEN, name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}: choose from ${Object.keys(TAKEN).join(", ")}.`);
  Deno.exit(1);
}
const scene = await openSettingsScene("google", {}, { demo: true });
const browser = await openBrowser();
try {
  const gallery = openGallery(browser);
  for (const [name, take] of Object.entries(TAKEN)) {
    if (Deno.args.length === 0 || Deno.args.includes(name)) await take(scene, gallery);
  }
} finally {
  await browser.close();
  await scene.close();
}
Deno.exit(0);
