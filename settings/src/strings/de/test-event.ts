import type { TEST_EVENT as ENGLISH } from "../test-event.ts";

/** What is said of the event that shows whether deadlines reach a calendar, in German. */
export const TEST_EVENT: typeof ENGLISH = {
  label: "Testtermin",
  hint: "Schreibt einen Termin in diesen Kalender und entfernt ihn nach zehn Minuten.",
  action: "Testtermin senden",
  again: "Erneut versuchen",
  writing: "Er ist unterwegs …",
  not_yet: (why) => `Er ist noch nicht da. ${why}`,
  there: (seconds) => `Er ist da, ${seconds} s nach Ihrer Anfrage.`,
  open: "Öffnen",
  goes: "Er wird entfernt:",
  remove: "Jetzt entfernen",
  removing: "Er wird entfernt …",
  removed: "Er ist entfernt.",
  refused: (why) => `Er konnte nicht geschrieben werden. ${why}`,
  failed: "Der Testtermin konnte nicht geprüft werden.",
  reasons: {
    invalid_grant: "Das Konto lässt uns nicht mehr zu. Verbinden Sie es neu.",
    scope_missing:
      "Ihre Berechtigung, diesen Kalender zu ändern, wurde entzogen. Verbinden Sie ihn neu und erlauben Sie es.",
    admin_consent_required: "Zuerst muss die Administration Ihrer Organisation zustimmen.",
    blocked_by_policy: "Eine Richtlinie Ihrer Organisation sperrt uns aus. Fragen Sie die Administration.",
    mailbox_unavailable: "Das Postfach des Kontos ist nicht erreichbar.",
    calendar_missing: "Der Kalender wurde gelöscht, oder Sie dürfen ihn nur lesen. Wählen Sie einen anderen.",
    mass_deletion: "Die Synchronisierung ist pausiert: Beantworten Sie zuerst die Frage oben.",
    mass_edit: "Die Synchronisierung ist pausiert: Beantworten Sie zuerst die Frage oben.",
    secret_unreadable: "Das Konto muss neu verbunden werden.",
    configuration: "Die Installation ist nicht richtig eingerichtet. Informieren Sie Ihre Administration.",
    provider_unavailable: "Der Anbieter ist im Moment nicht erreichbar.",
    quota: "Das Konto ist voll, oder der Anbieter begrenzt es. Wir versuchen es weiter.",
    rejected: "Der Kalender nimmt keine Termine von uns an.",
    disconnected: "Das Konto muss neu verbunden werden.",
    paused: "Die Synchronisierung ist pausiert.",
    disconnecting: "Das Konto wird gerade getrennt.",
  },
};
