import {
  type ComponentType,
  lazy,
  type LazyExoticComponent,
  type ReactNode,
  Suspense,
  useEffect,
} from "react";
import { useSurroundings } from "../context.ts";
import { loadLate } from "../languages.ts";
import { LoadBoundary } from "./load-boundary.tsx";

const loads: (() => Promise<unknown>)[] = [];

/** A component in a file of its own, which the first sight of the page does without. It belongs inside a `<Part>`. */
export function lazyPart<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): LazyExoticComponent<ComponentType<Props>> {
  loads.push(load);
  return lazy(() => onceOnline(load));
}

/** What cannot be had offline is asked for again when that is over. */
export async function onceOnline<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error: unknown) {
    if (navigator.onLine) throw error;
    await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
    return await load();
  }
}

const SIGNS_OF_USE = ["pointermove", "pointerdown", "keydown"] as const;

/** Loads every part as soon as somebody uses the page, so that each is at hand when it is wanted, online or not. */
export function usePartsAtHand(): void {
  const { language } = useSurroundings();
  useEffect(() => {
    const begun = new AbortController();
    const begin = () => {
      begun.abort();
      // What fails now is loaded when it is shown.
      for (const load of [...loads, () => loadLate(language)]) load().catch(() => {});
    };
    for (const sign of SIGNS_OF_USE) addEventListener(sign, begin, { passive: true, signal: begun.signal });
    return () => begun.abort();
  }, [language]);
}

/** Where a part appears once it is loaded. */
export function Part(
  { fallback, children }: { readonly fallback?: ReactNode; readonly children: ReactNode },
) {
  const { strings } = useSurroundings();
  return (
    <LoadBoundary failed={<p role="alert" className="ec-small ec-refused">{strings.part_failed}</p>}>
      <Suspense fallback={fallback}>{children}</Suspense>
    </LoadBoundary>
  );
}
