import type { NOTIFICATIONS as ENGLISH } from "../notifications.ts";

/** What the tab *Notifications* says, in German. */
export const NOTIFICATIONS: typeof ENGLISH = {
  heading: "Benachrichtigungen",
  introduction: "Worüber Sie per E-Mail informiert werden. Alles steht auch unter „Kalender“.",
  failed: "Ihre Benachrichtigungen konnten nicht geladen werden.",
  address: (email) => `E-Mails gehen an ${email}, die Adresse, mit der Sie sich anmelden.`,
  no_address: "Ihr Konto hat keine E-Mail-Adresse, daher kann nichts gesendet werden.",
  suppressed:
    "E-Mails an diese Adresse kommen zurück, daher senden wir keine mehr. Ändern Sie die Adresse Ihres Kontos, um wieder welche zu erhalten.",
  kind: "Thema",
  when: "E-Mail",
  modes: { immediately: "Sofort", daily: "Einmal am Tag", off: "Nie" },
  always: "Das lässt sich nicht ausschalten: Es warnt Sie, wenn jemand anderes Ihr Konto nutzt.",
  changed: (kind, mode) => `${kind}: ${mode.charAt(0).toLowerCase()}${mode.slice(1)}.`,
  kinds: {
    connection_lost: "Ein Kalender, der uns nicht mehr zulässt",
    connection_paused: "Ein Kalender, der pausiert ist",
    deadline_failed: "Eine Frist, die nicht so im Kalender steht, wie sie sollte",
    deadline_restored: "Ein Termin, den Sie gelöscht haben und der wieder da ist",
    deadline_hidden: "Eine Frist, die einem Kalender fernbleibt",
    proposal_opened: "Eine Frist, die Sie in einem Kalender verschoben haben",
    connection_added: "Ein Kalender, der mit Ihrem Konto verbunden wird",
    key_added: "Ein API-Schlüssel, der für Ihr Konto erstellt wird",
    webhook_added: "Ein Webhook, der Ihrem Konto hinzugefügt wird",
    webhook_disabled: "Ein Webhook, der ausgeschaltet ist",
  },
};
