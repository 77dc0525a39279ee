import { openScene } from "../../support/scene.ts";
import { testHealth } from "./health.ts";
import { testScrapes } from "./scrapes.ts";

const SECRET = "not-a-real-secret-but-one-that-is-long-enough";

Deno.test({ name: "metrics and health", sanitizeOps: false, sanitizeResources: false }, async (t) => {
  const scene = await openScene("google", { CALENDAR_METRICS_SECRET: SECRET });
  try {
    await testScrapes(t, scene, SECRET);
    await testHealth(t, scene);
  } finally {
    await scene.close();
  }
});
