import { pluralOf } from "../../format.ts";
import type { Strings } from "../../strings.ts";
import { noticeMessage } from "./notices.ts";

/** The forms that German has. It is here so that no file is loaded for it. */
export const plural = pluralOf<"one" | "other">("de");

/** What `<CalendarSettings>` says at first, in German. */
export const FIRST: Strings = {
  tabs: {
    name: "Einstellungen",
    general: "Allgemein",
    calendar: "Kalender",
    webhooks: "Webhooks",
    notifications: "Benachrichtigungen",
    api_keys: "API-Schlüssel",
  },

  heading: "Kalender",
  introduction:
    "Bringen Sie jede Frist in den Kalender, den Sie täglich nutzen. Änderungen kommen in wenigen Augenblicken an.",
  loading: "Ihre Kalender werden geladen …",
  loading_part: "Wird geladen …",
  part_failed: "Dieser Teil konnte nicht geladen werden. Laden Sie die Seite neu.",
  load_failed: "Ihre Kalender konnten nicht geladen werden.",
  out_of_date: "Was Sie hier sehen, ist vielleicht nicht mehr aktuell.",
  load_errors: {
    network: "Sie sind anscheinend offline.",
    unreachable: "Der Server antwortet nicht. Wir versuchen es weiter.",
    origin_not_allowed:
      "Die Adresse dieser Seite ist hier nicht zugelassen. Wenden Sie sich an den Betreiber dieser Anwendung.",
    rate_limited: "Das waren viele Anfragen auf einmal. Wir sehen gleich noch einmal nach.",
    unauthorized: "Ihre Sitzung ist abgelaufen. Melden Sie sich neu an.",
  },
  signed_out: "Melden Sie sich an, um Ihre Kalender zu sehen und zu verbinden.",
  try_again: "Erneut versuchen",
  cancel: "Abbrechen",
  undo: "Rückgängig",
  copy: "Kopieren",
  copied: "Kopiert",
  dismiss: "Schließen",
  reference: (id) => `Referenz: ${id}`,
  notification: "Benachrichtigung",
  notifications: (key) => `Benachrichtigungen (${key})`,

  notices: {
    heading: "Hinweise",
    failed: "Ihre Hinweise konnten nicht geladen werden.",
    severities: { critical: "Dringend:", warning: "Wichtig:" },
    look: "Ansehen",
    dismiss: (message) => `Schließen: ${message}`,
    dismissed: "Hinweis geschlossen.",
    more: (n) => plural(n, { one: "Einen weiteren anzeigen", other: "# weitere anzeigen" }),
    unread: (n) => plural(n, { one: "ein Hinweis", other: "# Hinweise" }),
    message: noticeMessage,
  },

  providers: {
    google: {
      name: "Google Kalender",
      one: "Google Kalender",
      company: "Google",
      asks: [
        "das Recht, weitere Google-Kalender anzulegen und Termine darin zu sehen, zu erstellen, zu ändern und zu löschen: Wir legen einen für Ihre Fristen an",
        "Einsicht in die primäre E-Mail-Adresse Ihres Google-Kontos, damit wir Ihnen zeigen können, welches Konto verbunden ist",
      ],
      never: "Ihre anderen Kalender sehen wir nicht.",
    },
    outlook: {
      name: "Outlook-Kalender",
      one: "Outlook-Kalender",
      company: "Microsoft",
      asks: [
        "Vollzugriff auf Ihre Kalender, das kleinste Recht, das Microsoft dafür anbietet: Wir legen einen Kalender für Ihre Fristen an",
        "Einsicht in Ihre E-Mail-Adresse und Ihr Basisprofil, damit wir Ihnen zeigen können, welches Konto verbunden ist",
        "dauerhaften Zugriff auf diese Daten, damit die Synchronisierung weiterläuft, wenn Sie nicht da sind",
      ],
      never: "Wir sehen die Namen Ihrer Kalender. Wir lesen und ändern keine Termine außer unseren eigenen.",
    },
    apple: {
      name: "Apple Kalender",
      one: "Apple Kalender",
      company: "Apple",
      asks: [
        "Ihren Apple Account und ein anwendungsspezifisches Passwort: Wir legen einen Kalender für Ihre Fristen an",
      ],
      never: "Wir lesen und ändern keine Termine außer unseren eigenen.",
    },
    caldav: {
      name: "Andere Kalender (CalDAV)",
      one: "Anderen Kalender (CalDAV)",
      company: "Der Kalenderserver",
      asks: [
        "einen Benutzernamen und ein Passwort, das für Anwendungen erstellt wurde: Wir legen einen Kalender für Ihre Fristen an",
      ],
      never: "Wir lesen und ändern keine Termine außer unseren eigenen.",
    },
  },

  connect: {
    will_ask: (company) => `${company} bittet Sie um:`,
    you_need: "Sie brauchen:",
    action: (name) => `${name} verbinden`,
    another: "Weiteres Konto verbinden",
    going: (company) => `Weiter zu ${company} …`,
    not_configured: (name) =>
      `${name}: in dieser Installation noch nicht eingerichtet. Ihre Administration kann das ergänzen.`,
  },

  states: {
    waiting_for_confirmation: {
      label: "Nicht abgeschlossen",
      words:
        "Diese Verbindung wurde erlaubt, aber nicht abgeschlossen, vielleicht in einem anderen Fenster. Sie verfällt nach 10 Minuten von selbst.",
      action: "Neu verbinden",
    },
    up_to_date: { label: "Verbunden" },
    syncing: { label: "Wird synchronisiert" },
    has_problems: {
      label: "Verbunden",
      words: (n) =>
        plural(n, {
          one: "Eine Frist steht nicht so in Ihrem Kalender, wie sie sollte.",
          other: "# Fristen stehen nicht so in Ihrem Kalender, wie sie sollten.",
        }),
      action: "Grund ansehen",
    },
    switched_off: {
      label: "Pausiert",
      words:
        "Die Synchronisierung ist ausgeschaltet. Ihr Kalender bleibt, wie er ist, bis Sie sie wieder einschalten.",
      action: "Einschalten",
    },
    reconnect_needed: {
      label: "Neu verbinden",
      words: (company) =>
        `${company} lässt uns nicht mehr zu: Der Zugriff wurde entzogen oder ein Passwort geändert. Ihre Termine und Einstellungen bleiben erhalten.`,
      action: "Neu verbinden",
    },
    permission_withdrawn: {
      label: "Neu verbinden",
      words:
        "Die Berechtigung, Ihren Kalender zu ändern, wurde entzogen. Verbinden Sie ihn neu und setzen Sie jedes Häkchen.",
      action: "Neu verbinden",
    },
    admin_consent_needed: {
      label: "Zustimmung nötig",
      words:
        "In Ihrer Organisation darf das nur die Administration erlauben. Senden Sie ihr diesen Link und verbinden Sie das Konto neu, sobald das geschehen ist.",
      action: "Neu verbinden",
    },
    blocked_by_policy: {
      label: "Pausiert",
      words:
        "Eine Richtlinie Ihrer Organisation sperrt uns aus. Fragen Sie die Administration. Wir versuchen es einmal am Tag.",
      action: "Jetzt versuchen",
    },
    mailbox_unavailable: {
      label: "Pausiert",
      words:
        "Das Postfach dieses Kontos ist nicht erreichbar: Es wurde entfernt oder ist umgezogen. Wir versuchen es einmal am Tag.",
      action: "Jetzt versuchen",
    },
    calendar_missing: {
      label: "Kalender fehlt",
      words: "Der Kalender wurde gelöscht oder lässt sich nicht mehr ändern.",
      action: "Neu anlegen",
      other_action: "Anderen Kalender wählen",
    },
    mass_deletion: {
      label: "Angehalten",
      words: (deletions, events) =>
        `${deletions} von ${events} Terminen würden auf einmal gelöscht. Das ist vielleicht ein Versehen, daher wurde nichts geändert.`,
      action: "Löschen …",
      other_action: "Wiederhergestellt, erneut prüfen",
    },
    mass_edit: {
      label: "Angehalten",
      words: (edits, events) =>
        `${edits} von ${events} Terminen wurden auf einmal verschoben oder gelöscht. Das ist vielleicht ein Versehen, daher wurde nichts geändert.`,
      action: "Fortfahren …",
    },
    provider_down: {
      label: "Wartet",
      words: (company, when) =>
        when === null
          ? `${company} ist nicht erreichbar. Sie müssen nichts tun, wir versuchen es weiter.`
          : `${company} ist nicht erreichbar. Sie müssen nichts tun, wir versuchen es ${when} erneut.`,
    },
    quota: {
      label: "Wartet",
      words: (company, when) =>
        when === null
          ? `${company} begrenzt die Zahl der Änderungen. Sie müssen nichts tun, es geht von selbst weiter.`
          : `${company} begrenzt die Zahl der Änderungen. Sie müssen nichts tun, es geht ${when} weiter.`,
    },
    configuration: {
      label: "Wartet",
      words:
        "Der Anbieter akzeptiert diese Installation nicht. Ihre Administration muss das beheben, danach geht es von selbst weiter.",
    },
    paused: {
      label: "Pausiert",
      words: "Die Synchronisierung ist pausiert.",
      action: "Jetzt versuchen",
    },
    paused_by_admin: {
      label: "Pausiert",
      words: (reason) =>
        `Die Administration hat die Synchronisierung dieses Kalenders angehalten${
          reason === "" ? "" : `: ${reason}`
        }. Es geht weiter, sobald die Administration sie fortsetzt.`,
    },
    disconnecting: {
      label: "Wird getrennt",
      words: "Die Termine werden aus Ihrem Kalender entfernt. Sie können diese Seite verlassen.",
      waits: {
        provider: (company, when) =>
          `Die Termine müssen noch entfernt werden. ${company} ist nicht erreichbar. Wir versuchen es ${
            when === null ? "weiter" : `${when} erneut`
          }. Sie können diese Seite verlassen.`,
        quota: (company, when) =>
          `Die Termine müssen noch entfernt werden. ${company} begrenzt die Zahl der Änderungen. Es geht ${
            when ?? "von selbst"
          } weiter. Sie können diese Seite verlassen.`,
      },
    },
  },

  integration: {
    unknown_account: "Unbenanntes Konto",
    calendar: "Kalender",
    change_calendar: "Kalender wechseln",
    last_synced: "Zuletzt synchronisiert",
    never_synced: "Noch nie",
    in_calendar: "Im Kalender",
    deadlines: (n, formatted) => plural(n, { one: "1 Frist", other: `${formatted} Fristen` }),
    sync_now: "Jetzt synchronisieren",
    disconnect: "Trennen …",
    sync_asked: "Alle Fristen werden jetzt geprüft.",
    next_sync: "Nächste Synchronisierung",
    on_change: "Bei der nächsten Änderung",
    settings: "Einstellungen dieses Kalenders",
  },

  progress: {
    name: (account) => `Synchronisierung von ${account}`,
    counts: (done, total) => `Fristen: ${done} von ${total}`,
    removing: (left) => `Noch zu entfernende Termine: ${left}`,
    almost_done: "fast fertig",
    left: (duration) => `noch etwa ${duration}`,
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} Min.`,
    hours: (n) => `${n} Std.`,
  },

  auto_sync: {
    label: "Diesen Kalender aktuell halten",
    hint: "Fristen kommen hinzu, verschieben sich und verschwinden von selbst.",
    on: "Die Synchronisierung ist wieder eingeschaltet.",
    off: "Die Synchronisierung ist ausgeschaltet. Ihr Kalender bleibt, wie er ist.",
  },

  reminders: {
    label: "Erinnerungen",
    hint: "Für neue Termine, damit Ihre eigenen Änderungen erhalten bleiben.",
    hint_one: "Outlook zeigt nur eine: die letzte vor der Frist. Für neue Termine.",
    all_day: "Uhrzeit ganztägiger Fristen",
    all_day_midnight: "Am Tag selbst erinnert der Kalender um Mitternacht.",
    none: "Keine Erinnerung",
    add: "Erinnerung hinzufügen",
    custom: "Andere Zeit …",
    at_deadline: "Zum Zeitpunkt der Frist",
    before: (duration) => `${duration} vorher`,
    minutes: (n) => plural(n, { one: "1 Minute", other: "# Minuten" }),
    hours: (n) => plural(n, { one: "1 Stunde", other: "# Stunden" }),
    days: (n) => plural(n, { one: "1 Tag", other: "# Tage" }),
    weeks: (n) => plural(n, { one: "1 Woche", other: "# Wochen" }),
    remove: (reminder) => `Erinnerung entfernen: ${reminder}`,
    full: "Höchstens fünf.",
    changed: "Erinnerungen geändert.",
  },

  completed: {
    label: "Wenn eine Pflicht erledigt ist",
    keep: "Termin behalten, mit ✓ vor dem Titel",
    remove: "Termin entfernen",
    changed_keep: "Erledigte Fristen bleiben mit ✓ in Ihrem Kalender.",
    changed_remove: "Erledigte Fristen verschwinden aus Ihrem Kalender.",
  },

  disconnect: {
    done_keep: (account) => `${account} ist getrennt. Die Termine wurden behalten.`,
    done_remove: (account) => `${account} ist getrennt, und die Termine sind entfernt.`,
    removing: (account) => `Die Termine von ${account} werden entfernt.`,
    grant_page: "Den Zugriff auch beim Anbieter beenden",
    connect_again: "Wieder verbinden",
  },

  problems: {
    heading: "Probleme",
    solved: "Kein Kalender hat eine Frist abgelehnt.",
  },

  why_not: {
    heading: "Warum fehlt etwas in meinem Kalender?",
  },

  activity: { heading: "Letzte Aktivitäten" },

  moves: { heading: "Fristen, die Sie verschoben haben" },

  feeds: {
    heading: "Kalenderlinks (iCal)",
    introduction:
      "Eine geheime Adresse, unter der jede Kalenderanwendung Ihre Fristen lesen kann. Sie geben uns keinen Zugriff.",
    open: "Kalenderlink verwenden",
  },
};
