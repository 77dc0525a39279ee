import type { Language } from "../languages.ts";

/** What the page around the calendar settings says, in English. */
const PAGE = {
  heading: "Settings",
  sign_in: "Sign in",
  sign_in_to_finish: "Sign in to finish connecting your calendar.",
  email: "Email",
  password: "Password",
  demo: "Demo users of this local platform; their passwords are filled in:",
  sign_in_failed: "The form could not be loaded. Reload the page.",
  sign_out: "Sign out",
  refused: "This email and password do not belong together.",
  unreachable: "You could not be signed in just now. Try again.",
};

export type PageStrings = typeof PAGE;

/** Languages beside English, each in a file of its own. */
const OTHERS = {
  de: async () => (await import("./strings/de.ts")).PAGE,
  fr: async () => (await import("./strings/fr.ts")).PAGE,
};

/** What the page says; English where another language cannot be loaded. */
export async function loadPage(language: Language): Promise<PageStrings> {
  return language === "en" ? PAGE : await OTHERS[language]().catch(() => PAGE);
}
