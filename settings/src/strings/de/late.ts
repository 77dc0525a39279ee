import type { LateStrings } from "../../late-strings.ts";
import { CONTENT } from "./content.ts";
import { ERRORS } from "./errors.ts";
import { GENERAL } from "./general.ts";
import { KEYS } from "./keys.ts";
import { MOVES } from "./moves.ts";
import { NOTIFICATIONS } from "./notifications.ts";
import { PANELS } from "./panels.ts";
import { plural } from "./first.ts";
import { STOPPED } from "./stopped.ts";
import { TEST_EVENT } from "./test-event.ts";
import { WEBHOOKS } from "./webhooks.ts";

/** What is said only by parts that the first sight of the page does without, in German. */
export const LATE: LateStrings = {
  ...PANELS,
  content: CONTENT,
  errors: ERRORS,
  general: GENERAL,
  moves: MOVES,
  stopped: STOPPED,
  notifications: NOTIFICATIONS,
  webhooks: WEBHOOKS,
  keys: KEYS,
  test_event: TEST_EVENT,

  links: {
    obligation: "Pflicht öffnen",
    obligation_named: (title) => `Pflicht öffnen: ${title}`,
  },

  returned: {
    confirming: "Die Verbindung wird abgeschlossen …",
    connected: (name, account) =>
      account === null ? `${name} ist verbunden.` : `${name} ist als ${account} verbunden.`,
    connected_next: "Ihre Fristen sind unterwegs dorthin.",
    first_arrived: (seconds) => `Die erste kam ${seconds} s nach dem Verbinden an.`,
    next_deadlines: "Ihre nächsten Fristen, sobald sie ankommen",
    see: (name) => `In ${name} ansehen`,
    see_named: (title, name) => `In ${name} ansehen: ${title}`,
    admin_consent_given:
      "Die Zustimmung für die Organisation wurde erteilt. Deren Mitglieder können jetzt ihre Kalender verbinden.",
    allow_access: "Mit Zugriff neu verbinden",
    use_own_calendar: "In einen eigenen Kalender umziehen",
    admin_consent_link: "Link für Ihre Administration",
    errors: {
      invalid_state:
        "Diese Verbindung wurde nicht hier begonnen und daher nicht verwendet. Es wurde nichts verbunden.",
      expired_state:
        "Die Verbindung dauerte länger als 10 Minuten und wurde daher nicht verwendet. Es wurde nichts verbunden.",
      access_denied: "Sie haben den Zugriff nicht erlaubt, daher wurde nichts verbunden.",
      scope_missing:
        "Auf der Zustimmungsseite blieb ein Häkchen frei, und ohne es kann keine Frist eingetragen werden. Verbinden Sie das Konto neu und setzen Sie jedes Häkchen.",
      identity_invalid:
        "Es ließ sich nicht sicher feststellen, welches Konto das war. Daher wurde nichts verbunden.",
      exchange_failed:
        "Der Kalenderanbieter hat die Verbindung nicht abgeschlossen. Es wurde nichts verbunden.",
      admin_consent_required:
        "In Ihrer Organisation darf das nur die Administration erlauben. Senden Sie ihr den Link unten und verbinden Sie das Konto neu, sobald das geschehen ist.",
      mailbox_unavailable: "Dieses Konto hat keinen erreichbaren Kalender. Verbinden Sie ein anderes.",
      forbidden:
        "Diese Verbindung hat jemand anderes begonnen, der hier angemeldet war. Sie wurde Ihrem Konto nicht hinzugefügt. Verbinden Sie Ihren eigenen Kalender oder melden Sie sich als diese Person an.",
      connection_unknown: "Diese Verbindung ist abgelaufen oder wurde schon verwendet.",
      more_access_needed:
        "Ihre Fristen stehen in einem Kalender, den es schon gab, und diesmal haben Sie den Zugriff darauf nicht erlaubt. Noch hat sich nichts geändert. Verbinden Sie das Konto neu und erlauben Sie den Zugriff, oder lassen Sie Ihre Fristen in einen eigenen Kalender umziehen. Was im alten Kalender steht, bleibt dort.",
      disconnecting: "Das Konto wird gerade getrennt. Versuchen Sie es gleich noch einmal.",
      network: "Die Verbindung konnte nicht abgeschlossen werden: Sie sind anscheinend offline.",
      unreachable: "Die Verbindung konnte nicht abgeschlossen werden: Der Server antwortet nicht.",
      origin_not_allowed:
        "Die Verbindung konnte nicht abgeschlossen werden: Die Adresse dieser Seite ist hier nicht zugelassen. Wenden Sie sich an den Betreiber dieser Anwendung.",
      other: "Die Verbindung konnte nicht abgeschlossen werden.",
    },
  },

  password: {
    own_calendar: "Ihr CalDAV-Kalender",
    service: "Dienst",
    address: "Adresse des Servers",
    address_hint: "Zum Beispiel cloud.example.com",
    username: "Benutzername",
    username_hint: "Oft Ihre E-Mail-Adresse",
    password: "Passwort",
    opens:
      "Das Passwort, das Sie uns geben, öffnet Ihr ganzes Konto bei diesem Dienst, auch Ihre anderen Kalender. Es wird verschlüsselt gespeichert. Wir lesen und ändern keine Termine außer unseren eigenen. Verwenden Sie eines, das für Anwendungen erstellt wurde: Sie können es dort jederzeit beenden.",
    help: "So erstellen Sie eines",
    action: "Verbinden",
    working: "Wird verbunden …",
    calendar: "Kalender",
    no_calendar:
      "Dieser Server legt für uns keine Kalender an, und Sie haben keinen, in den wir schreiben dürfen. Legen Sie dort einen an.",
    incomplete: "Füllen Sie jedes Feld aus.",
    errors: {
      server_not_allowed:
        "Dieser Server lässt sich hier nicht verbinden. Ihre Administration kann ihn hinzufügen.",
      server_unreachable: "Der Server ist nicht erreichbar. Prüfen Sie seine Adresse.",
      not_caldav: "Der Server antwortet, bietet unter dieser Adresse aber keine Kalender an. Prüfen Sie sie.",
      sign_in_not_supported:
        "Dieser Server verlangt eine Art der Anmeldung, die hier nicht unterstützt wird, etwa Digest. Wer ihn betreibt, kann ihn auf Basic umstellen.",
      sign_in_failed:
        "Der Server akzeptiert diesen Benutzernamen und dieses Passwort nicht. Viele Dienste verlangen ein Passwort, das für Anwendungen erstellt wurde.",
      invalid_request:
        "Ein Benutzername enthält weder Doppelpunkt noch Zeilenumbruch. Prüfen Sie Ihre Eingabe.",
    },
  },

  custom_reminder: {
    amount: "Wie lange vorher",
    unit: "Einheit",
    add: "Hinzufügen",
    invalid: "Wählen Sie höchstens 4 Wochen.",
    units: { minutes: "Minuten", hours: "Stunden", days: "Tage", weeks: "Wochen" },
  },

  more_access: {
    introduction: (company) => `Um einen vorhandenen Kalender zu nutzen, bittet ${company} Sie auch um:`,
    asks: [
      "das Recht, Termine in allen Ihren Kalendern zu sehen und zu bearbeiten: Für einen vorhandenen Kalender gibt es kein kleineres Recht",
      "Einsicht in die Liste der von Ihnen abonnierten Google-Kalender, damit Sie einen auswählen können",
    ],
    promise:
      "Wir schreiben in den Kalender, den Sie auswählen. Wir lesen, ändern und löschen keine Termine außer unseren eigenen.",
  },

  evidence: {
    download: "Verlauf herunterladen (CSV)",
    file_name: "fristverlauf",
  },

  activity: {
    failed: "Die Aktivitäten konnten nicht geladen werden.",
    none: "Noch nichts. Was in Ihre Kalender geschrieben wird, erscheint hier.",
    refresh: "Aktualisieren",
    earlier: "Frühere anzeigen",
    bulk: {
      created: (n) => `${n} Fristen wurden eingetragen`,
      updated: (n) => `${n} Fristen wurden aktualisiert`,
      moved: (n) => `${n} Fristen sind in einen anderen Kalender umgezogen`,
      removed: (n) => `${n} Fristen wurden entfernt`,
      adopted: (n) => `${n} Fristen waren schon da und wurden übernommen`,
      rejected: (n) => `${n} Fristen hat der Kalender nicht akzeptiert`,
      left_alone: (n) => `${n} Termine bleiben, wie sie sind, weil jemand ihre Zeit immer wieder ändert`,
      given_up: (n) => `${n} Fristen konnten nicht geschrieben werden`,
      moved_by_user: (n) => `${n} Fristen wurden im Kalender verschoben`,
      deleted_by_user: (n) => `${n} Fristen wurden im Kalender gelöscht`,
    },
    somewhere: "ein Kalender, der nicht mehr verbunden ist",
    everywhere: "alle Kalender",
    gone_title: "Eine Pflicht",
    events: {
      created: (title, due) =>
        due === null ? `${title} wurde eingetragen` : `${title} wurde eingetragen, fällig am ${due}`,
      updated: (title, due) =>
        due === null ? `${title} wurde aktualisiert` : `${title} wurde aktualisiert, jetzt fällig am ${due}`,
      moved: (title) => `${title} ist in einen anderen Kalender umgezogen`,
      removed: (title) => `${title} wurde entfernt`,
      adopted: (title) => `${title} war schon da und wurde übernommen`,
      rejected: (title) => `${title} hat der Kalender nicht akzeptiert`,
      left_alone: (title) =>
        `Der Termin „${title}“ bleibt, wie er ist, weil jemand seine Zeit immer wieder ändert`,
      given_up: (title) => `${title} konnte nicht geschrieben werden`,
      moved_by_user: (title, due) =>
        due === null
          ? `${title} wurde im Kalender verschoben`
          : `${title} wurde im Kalender auf ${due} verschoben`,
      moved_back_by_user: (title) => `${title} wurde im Kalender zurückverschoben`,
      resized_by_user: (title) => `${title} wurde im Kalender verlängert oder verkürzt`,
      deleted_by_user: (title) => `${title} wurde im Kalender gelöscht`,
      hidden_by_user: (title) => `${title} wurde im Kalender erneut gelöscht und bleibt weg`,
      returned_by_user: (title) => `Die Löschung von ${title} wurde im Kalender zurückgenommen`,
      proposal_opened: (title, due) =>
        due === null
          ? `Für ${title} wurde ein neues Datum vorgeschlagen`
          : `Für ${title} wurde ein neues Datum vorgeschlagen: ${due}`,
      proposal_accepted: (title, due) =>
        due === null ? `${title} hat ein neues Datum` : `${title} hat ein neues Datum: ${due}`,
      proposal_dismissed: (title) => `${title} behält sein Datum`,
      proposal_undone: (title) => `${title} hat wieder sein früheres Datum`,
      proposal_superseded: (title) => `Das neue Datum für ${title} wurde durch eine neuere Änderung ersetzt`,
    },
    connections: {
      connected: "Das Konto wurde verbunden",
      reconnected: "Das Konto wurde neu verbunden",
      grant_lost: "Das Konto hat uns nicht mehr zugelassen",
      paused: "Die Synchronisierung wurde pausiert",
      resumed: "Die Synchronisierung ging weiter",
      switched_off: "Die Synchronisierung wurde ausgeschaltet",
      switched_on: "Die Synchronisierung wurde eingeschaltet",
      calendar_chosen: "Ein anderer Kalender wurde gewählt",
      settings_changed: "Die Einstellungen wurden geändert",
      disconnecting: "Das Trennen hat begonnen, die Termine werden entfernt",
      disconnected: "Das Konto wurde getrennt",
      retried: "Fehlgeschlagenes wurde erneut versucht",
      resynced: "Alle Fristen wurden erneut geprüft",
      erased: "Persönliche Angaben wurden aus dieser Liste gelöscht",
      drained: "Alles, was wartete, wurde sofort versucht",
    },
    paused_because: {
      mass_deletion: "Die Synchronisierung wurde pausiert: Viele Termine wären auf einmal gelöscht worden",
      mass_edit:
        "Die Synchronisierung wurde pausiert: Viele Termine wurden im Kalender auf einmal verschoben oder gelöscht",
      calendar_missing: "Die Synchronisierung wurde pausiert: Der Kalender fehlte",
      blocked_by_policy:
        "Die Synchronisierung wurde pausiert: Eine Richtlinie der Organisation sperrte uns aus",
      mailbox_unavailable: "Die Synchronisierung wurde pausiert: Das Postfach war nicht erreichbar",
    },
    calendar_chosen: (name) => `„${name}“ wurde als Kalender gewählt`,
    disconnected_events: {
      kept: "Das Konto wurde getrennt, und seine Termine wurden behalten",
      removed: "Das Konto wurde getrennt, und seine Termine wurden entfernt",
      left: "Das Konto wurde getrennt, und seine Termine blieben, wo sie waren",
    },
    causes: {
      you: "von Ihnen",
      another_user: "von einer anderen Person",
      admin: "von der Administration",
      database: "von der Administration",
    },
  },

  disconnect: {
    heading: (account) => `${account} trennen?`,
    introduction: "Fristen erreichen diesen Kalender nicht mehr. Unser Zugriff darauf wird gelöscht.",
    question: "Was soll mit den Terminen geschehen, die darin stehen?",
    keep: "Termine behalten",
    keep_hint: "Sie bleiben, wie sie sind. Wenn Sie dieses Konto wieder verbinden, werden sie übernommen.",
    remove: "Termine entfernen",
    remove_hint:
      "Sie werden aus dem Kalender gelöscht, ebenso unser eigener Kalender, wenn sonst nichts darin steht. Das lässt sich nicht rückgängig machen.",
    remove_impossible:
      "Um die Termine zu entfernen, verbinden Sie das Konto zuerst neu: Ohne Zugriff lässt sich nichts entfernen.",
    action: "Trennen",
  },

  picker: {
    heading: "Kalender wählen",
    introduction: "Ihre Fristen ziehen in den Kalender um, den Sie wählen.",
    only_own: (name) => `Ihre Fristen stehen in „${name}“, einem eigenen Kalender.`,
    own: "Ein eigener Kalender",
    own_hint: "Er heißt „Compliance deadlines“ und lässt sich leicht ausblenden, einfärben und freigeben.",
    own_name: "Compliance deadlines",
    primary: "Hauptkalender",
    read_only: "Diesen Kalender dürfen Sie nur lesen.",
    loading: "Ihre Kalender werden abgefragt …",
    failed: "Ihre Kalender konnten nicht aufgelistet werden.",
    none: "Es gibt keinen anderen Kalender, in den Sie schreiben dürfen.",
    refresh: "Liste aktualisieren",
    save: "Diesen Kalender verwenden",
    more_access_action: "Meine Kalender anzeigen",
    changed: (name) => `Ihre Fristen ziehen nach „${name}“ um.`,
    undone: (name) => `Ihre Fristen ziehen zurück nach „${name}“.`,
  },

  feeds: {
    slow:
      "Anwendungen lesen eine solche Adresse, wann sie wollen: Apple etwa jede Stunde, Outlook und Google ein- oder zweimal am Tag. Verbinden Sie oben Ihren Kalender, um Änderungen in wenigen Augenblicken zu sehen.",
    twice:
      "Ihre Fristen kommen auch über einen verbundenen Kalender an. In einer Anwendung, die beides zeigt, steht jede zweimal.",
    none: "Sie haben noch keinen Kalenderlink.",
    failed: "Ihre Kalenderlinks konnten nicht geladen werden.",
    create: "Kalenderlink erstellen",
    create_action: "Link erstellen",
    edit: "Bearbeiten",
    edit_named: (name) => `${name} bearbeiten`,
    save: "Speichern",
    name: "Name",
    name_hint: "Damit Sie Ihre Links unterscheiden können, etwa „Mein Telefon“.",
    name_missing: "Geben Sie einen Namen mit höchstens 100 Zeichen ein.",
    types: "Pflichten",
    all_types: "Jeder Art",
    these_types: "Dieser Arten:",
    types_missing: "Wählen Sie mindestens eine Art.",
    look_back: "Vergangene Fristen",
    look_ahead: "Kommende Fristen",
    days: (n) =>
      n % 365 === 0
        ? plural(n / 365, { one: "1 Jahr", other: "# Jahre" })
        : plural(n, { one: "1 Tag", other: "# Tage" }),
    no_past: "Keine",
    no_end: "Alle",
    completed: "Erledigte Pflichten",
    completed_keep: "Behalten, mit ✓",
    completed_remove: "Weglassen",
    expires: "Gültigkeit der Adresse",
    expires_never: "Bis Sie sie löschen",
    expires_in: (words) => `${words} lang`,
    expires_as_now: (when) => `Bis ${when}`,
    expires_at: (when) => `Gültig bis ${when}`,
    expired: (when) => `Abgelaufen am ${when}`,
    created: "Erstellt",
    last_used: "Zuletzt gelesen",
    last_used_by: (client) => `von ${client}`,
    never_used: "Noch nicht gelesen",
    clients: {
      google: "Google Kalender",
      outlook: "Outlook",
      apple: "Apple Kalender",
      thunderbird: "Thunderbird",
      other: "einer anderen Anwendung",
    },
    address: "Geheime Adresse",
    address_once:
      "Kopieren Sie sie jetzt: Sie wird nur dieses eine Mal angezeigt. Wer sie hat, kann diese Fristen lesen. Geben Sie sie niemandem.",
    ready: (name) => `„${name}“ ist bereit`,
    open: {
      apple: "In Apple Kalender öffnen",
      google: "Zu Google Kalender hinzufügen",
      outlook: "Zu Outlook hinzufügen",
    },
    qr: "Oder richten Sie die Kamera Ihres Telefons auf diesen Code:",
    qr_name: "QR-Code der geheimen Adresse",
    done: "Fertig",
    rotate: "Neue Adresse",
    rotate_named: (name) => `Neue Adresse für ${name}`,
    rotate_heading: (name) => `Eine neue Adresse für „${name}“?`,
    rotate_words: "Die bisherige ist sofort ungültig. Anwendungen, die sie lesen, müssen die neue erhalten.",
    rotate_action: "Neue Adresse erstellen",
    revoke: "Löschen",
    revoke_named: (name) => `${name} löschen`,
    revoke_heading: (name) => `„${name}“ löschen?`,
    revoke_words: "Die Adresse ist sofort ungültig. Das lässt sich nicht rückgängig machen.",
    revoke_action: "Link löschen",
    revoked: (name) => `„${name}“ ist gelöscht.`,
    saved: (name) => `„${name}“ ist geändert.`,
  },
};
