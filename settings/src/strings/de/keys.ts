import type { KEYS as ENGLISH } from "../keys.ts";
import { plural } from "./first.ts";

/** What the tab *API Keys* says, in German. */
export const KEYS: typeof ENGLISH = {
  heading: "API-Schlüssel",
  introduction:
    "Für Ihre Programme, die die Kalender-API aufrufen. Ein Schlüssel erlaubt, was Sie auswählen, und sonst nichts.",
  failed: "Ihre Schlüssel konnten nicht geladen werden.",
  none: "Sie haben noch keinen Schlüssel.",
  add: "Schlüssel erstellen",
  create: "Schlüssel erstellen",
  name: "Name",
  name_hint: "Wie das Programm heißt, damit Sie Ihre Schlüssel unterscheiden können.",
  name_missing: "Geben Sie einen Namen mit höchstens 100 Zeichen ein.",
  scopes: "Was er darf",
  scopes_missing: "Wählen Sie mindestens eines aus.",
  expires: "Gültigkeit",
  days: (n) => n === 365 ? "1 Jahr" : plural(n, { one: "1 Tag", other: "# Tage" }),
  scope: {
    "status:read": {
      label: "Den Stand Ihrer Kalender sehen",
      hint: "Konten, Kalender, Probleme, Aktivitäten und Hinweise sowie Titel und Daten Ihrer Fristen.",
    },
    "sync:write": {
      label: "Kalender synchronisieren lassen",
      hint:
        "Jetzt synchronisieren, erneut versuchen und fortfahren, wo die Synchronisierung auf Sie gewartet hat.",
    },
    "evidence:read": {
      label: "Verläufe lesen",
      hint: "Von wann bis wann jede Frist in welchem Kalender stand.",
    },
    "feeds:write": {
      label: "Kalenderlinks verwalten",
      hint: "Erstellen, ändern und löschen. Wer einen Link hat, liest Ihre Fristen.",
    },
    "proposals:write": {
      label: "Über Fristen entscheiden, die in einem Kalender verschoben wurden",
      hint: "Die Verschiebung annehmen oder ablehnen. Wird sie angenommen, ändert sich die Frist.",
    },
    "webhooks:write": {
      label: "Webhooks verwalten",
      hint: "Hinzufügen, ändern, testen und löschen.",
    },
  },
  never:
    "Kein Schlüssel kann Konten verbinden oder trennen, Ihre Einstellungen ändern oder andere Schlüssel erstellen.",
  once:
    "Kopieren Sie ihn jetzt: Er wird nur dieses eine Mal angezeigt. Wer ihn hat, kann tun, was Sie ausgewählt haben. Schreiben Sie ihn nicht in Webadressen oder Quelltext.",
  ready: (name) => `Der Schlüssel „${name}“ ist bereit`,
  key: "Schlüssel",
  done: "Fertig",
  begins_with: "Beginnt mit",
  last_used: "Zuletzt verwendet",
  never_used: "Noch nicht verwendet",
  works_until: (when) => `Gültig bis ${when}`,
  replaced: (when) => `Durch einen anderen Schlüssel ersetzt. Gültig bis ${when}`,
  expired: (when) => `Abgelaufen am ${when}`,
  rotate: "Ersetzen",
  rotate_named: (name) => `${name} ersetzen`,
  rotate_heading: (name) => `Den Schlüssel „${name}“ ersetzen?`,
  rotate_words:
    "Sie erhalten einen neuen Schlüssel, der dasselbe erlaubt. Der bisherige gilt noch einen Tag, damit Sie umstellen können. Wenn ihn vielleicht jemand anderes hat, widerrufen Sie ihn stattdessen.",
  rotate_action: "Neuen Schlüssel erstellen",
  revoke: "Widerrufen",
  revoke_named: (name) => `${name} widerrufen`,
  revoke_heading: (name) => `Den Schlüssel „${name}“ widerrufen?`,
  revoke_words: "Er ist sofort ungültig. Das lässt sich nicht rückgängig machen.",
  revoke_action: "Schlüssel widerrufen",
  revoked: (name) => `Der Schlüssel „${name}“ ist widerrufen.`,
  errors: {
    too_many_keys: "Mehr Schlüssel sind nicht möglich. Widerrufen Sie zuerst einen.",
    key_replaced: "Dieser Schlüssel wurde bereits ersetzt. Ersetzen Sie den neuen.",
  },
};
