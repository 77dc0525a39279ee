import type { Page } from "playwright-core";
import { z } from "zod";

const Looks = z.array(z.object({ element: z.string(), styles: z.record(z.string(), z.string()) }));

/** What follows from how much room the host gives, and from where it puts the settings. */
const OF_THE_ROOM =
  /^(width|height|inline-size|block-size|top|bottom|left|right|inset.*|perspective-origin|transform-origin|grid-template-(columns|rows))$/;

/** What is seen of a shape in a picture. */
const OF_SHAPES = [
  "display",
  "visibility",
  "opacity",
  "fill",
  "stroke",
  "stroke-width",
  "d",
  "x",
  "y",
  "rx",
  "width",
  "height",
];

/**
 * Everything that the browser makes of each element of the settings, dialogs included, and of what stands before and after it;
 * what follows from the room alone is left out.
 *
 * @returns the computed properties by the element and their name, in the order of the page
 */
export async function looksOf(page: Page): Promise<ReadonlyMap<string, string>> {
  const answer: unknown = await page.evaluate(`{
    const look = (element, pseudo, index) => {
      const style = getComputedStyle(element, pseudo);
      // Of a pseudo-element that is not there nothing else is seen.
      const names = pseudo && style.content === "none" ? ["content"]
        : element.matches("svg *") ? ${JSON.stringify(OF_SHAPES)}
        // Buttons stand at the foot of a card, whatever room is above them.
        : [...style].filter((name) => !(element.matches(".ec-actions") && /^margin-(block-start|top)$/.test(name)));
      return {
        element: index + " " + element.localName + "." + (element.getAttribute("class") ?? "") + (pseudo ?? ""),
        styles: Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)])),
      };
    };
    [...document.querySelectorAll(".ec-root, .ec-root *")].flatMap((element, index) =>
      [null, "::before", "::after"].map((pseudo) => look(element, pseudo, index)));
  }`);
  return new Map(
    Looks.parse(answer).flatMap(({ element, styles }) =>
      Object.entries(styles)
        .filter(([name]) => !OF_THE_ROOM.test(name) && !name.startsWith("--"))
        .map(([name, value]) => [`${element} ${name}`, value] as const)
    ),
  );
}

/** What differs between two looks, a line each. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).map((name) =>
    `${name}: ${before.get(name)} → ${after.get(name)}`
  );
}
