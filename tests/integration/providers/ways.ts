import type { Scene } from "./scene.ts";

/** Runs a behaviour in every way that the provider is known to behave. */
export async function inEveryWay(scene: Scene, run: () => Promise<void>): Promise<void> {
  for (const [way, choose] of Object.entries(scene.traits.ways)) {
    choose();
    await run().catch((error: unknown) => {
      throw new Error(`where ${way}`, { cause: error });
    });
  }
}
