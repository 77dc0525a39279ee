import type { PageStrings } from "../strings.ts";

/** What the page around the calendar settings says, in German. */
export const PAGE: PageStrings = {
  heading: "Einstellungen",
  sign_in: "Anmelden",
  sign_in_to_finish: "Melden Sie sich an, um die Verbindung mit Ihrem Kalender abzuschließen.",
  email: "E-Mail",
  password: "Passwort",
  demo: "Demonutzer dieser lokalen Plattform, deren Passwörter eingetragen werden:",
  sign_in_failed: "Das Formular konnte nicht geladen werden. Laden Sie die Seite neu.",
  sign_out: "Abmelden",
  refused: "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen.",
  unreachable: "Die Anmeldung ist gerade nicht möglich. Versuchen Sie es erneut.",
};
