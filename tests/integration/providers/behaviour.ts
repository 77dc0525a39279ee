import type { Scene } from "./scene.ts";
import type { Traits } from "./subject.ts";

/** Something that holds for every provider, or for every provider with a trait. */
export interface Behaviour<S extends Scene = Scene> {
  /** A statement. */
  readonly name: string;
  /** Whether a provider with these traits has it at all; absent: every one has. */
  readonly concerns?: (traits: Traits) => boolean;
  run(scene: S): Promise<void>;
}
