/** Why something could not be tried. It says nothing of an assumption. */
export class Obstacle extends Error {
  override readonly name = "Obstacle";
  /**
   * `emulator`: it wants what a real provider does not do on demand, or what the check must not do. `busy`: the provider asks to be
   * asked later. `preparation`: a request was refused that is not what is tried.
   */
  readonly kind: "emulator" | "busy" | "preparation";

  constructor(kind: Obstacle["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The obstacle that is behind an error; null: there is none. */
export function obstacleIn(error: unknown): Obstacle | null {
  if (error instanceof Obstacle) return error;
  return error instanceof Error ? obstacleIn(error.cause ?? null) : null;
}

/** Takes the place of what only an emulator has. */
export function needsEmulator(): never {
  throw new Obstacle("emulator", "only an emulator can do that");
}
