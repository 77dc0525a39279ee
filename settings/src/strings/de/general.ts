import type { GENERAL as ENGLISH } from "../general.ts";

/** What the tab *General* says, in German. */
export const GENERAL: typeof ENGLISH = {
  heading: "Allgemein",
  introduction: "Einstellungen für alle Ihre Kalender.",
  failed: "Ihre Einstellungen konnten nicht geladen werden.",
  time_zone: "Zeitzone",
  time_zone_hint: "Für die Uhrzeiten auf dieser Seite und für den Zeitpunkt der täglichen E-Mail.",
  time_zone_browser: (name) => `${name} verwenden, die Zeitzone dieses Browsers`,
  time_zone_changed: (name) => `Uhrzeiten gelten jetzt für ${name}.`,
  other_zones: "Andere",
  reminder_time: "Uhrzeit ganztägiger Fristen",
  reminder_time_hint:
    "Erinnerungen zählen von dieser Uhrzeit zurück. Sie gilt für Kalender, die Sie von jetzt an verbinden.",
  reminder_time_changed: (time) => `In neuen Kalendern sind ganztägige Fristen um ${time} Uhr fällig.`,
  unknown_time_zone: "Der Server kennt diese Zeitzone nicht. Wählen Sie eine andere.",
};
