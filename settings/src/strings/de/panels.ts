import type { PANELS as ENGLISH } from "../panels.ts";

/** What the panels below the accounts say, in German. */
export const PANELS: typeof ENGLISH = {
  problems: {
    introduction: "Diese Fristen stehen nicht so in Ihrem Kalender, wie sie sollten.",
    failed: "Die Probleme konnten nicht geladen werden.",
    reason_given_up: (company, attempts) =>
      `${company} hat die Frist nicht angenommen. Versuche: ${attempts}.`,
    reason_rejected: (company) =>
      `${company} akzeptiert diesen Termin nicht. Ändern Sie die Pflicht oder versuchen Sie es noch einmal.`,
    provider_word: (reason) => `Der Anbieter nennt es „${reason}“.`,
    provider_status: (status) => `Der Anbieter hat mit HTTP ${status} geantwortet.`,
    not_written: (attempts) => `Die Frist konnte nach ${attempts} Versuchen nicht eingetragen werden.`,
    stands: (place, legal) => `Der Termin steht am ${place}; das Fristdatum ist der ${legal}.`,
    own_reasons: {
      changed_again:
        "Ein anderes Programm oder eine andere Person ändert die Zeit dieses Termins immer wieder. Er bleibt deshalb, wie er ist. Sorgen Sie dafür, dass das aufhört, und versuchen Sie es dann erneut.",
      out_of_range: "Das Datum ist für jeden Kalender zu weit entfernt. Ändern Sie es.",
      edited: "Der Termin wurde bei jedem Versuch gleichzeitig im Kalender geändert.",
      no_answer: "Der Anbieter hat nicht geantwortet.",
      unreadable: "Die Antwort des Anbieters war nicht lesbar.",
      gone: "Der Termin war bei dem Versuch nicht mehr da.",
      taken: "Der Kalender lässt die Kennung dieses Termins nicht noch einmal zu.",
    },
    retry: "Erneut versuchen",
    retry_named: (title) => `Erneut versuchen: ${title}`,
    retry_all: "Alle erneut versuchen",
    retried: "Ein neuer Versuch läuft.",
    gone_title: "Eine Pflicht, die nicht mehr Ihre ist",
    shown_of: (shown, total) => `Die letzten ${shown} von ${total}.`,
  },

  why_not: {
    label: "Eine Pflicht finden",
    placeholder: "Teil des Titels",
    hint: "Wählen Sie eine aus und lesen Sie, wo sie steht oder warum sie in einem Kalender fehlt.",
    nothing_found: "Keine Ihrer Pflichten hat das im Titel.",
    nothing_yet: "Sie haben noch keine Pflichten.",
    failed: "Ihre Pflichten konnten nicht durchsucht werden.",
    explain_failed: "Das konnte nicht geprüft werden. Versuchen Sie es erneut.",
    not_connected: "Sie haben noch keinen Kalender verbunden.",
    no_deadline: "Keine Frist",
    in_calendar: "Im Kalender",
    not_in_calendar: "Nicht im Kalender",
    last_written: "Zuletzt geschrieben",
    next_attempt: "Nächster Versuch",
    answers: {
      synced: "Sie steht im Kalender, auf dem letzten Stand.",
      waiting: "Sie wurde geändert und wird gleich geschrieben.",
      retrying: "Sie konnte noch nicht geschrieben werden. Wir versuchen es weiter.",
      given_up:
        "Sie konnte nach mehreren Versuchen nicht geschrieben werden. Versuchen Sie es unter „Probleme“ erneut oder ändern Sie sie.",
      rejected:
        "Der Kalender akzeptiert sie nicht. Ändern Sie sie oder versuchen Sie es unter „Probleme“ erneut.",
      not_noticed:
        "Ihre letzte Änderung wurde nicht bemerkt. Das geschieht innerhalb eines Tages, mit „Jetzt synchronisieren“ sofort.",
      no_deadline: "Sie hat keine Frist, daher gibt es keinen Tag, an dem sie stehen könnte.",
      cancelled: "Sie ist aufgehoben.",
      completed: "Sie ist erledigt, und Sie lassen erledigte entfernen.",
      hidden_by_user: "Sie haben den Termin zweimal gelöscht. Er bleibt weg, bis sich die Frist ändert.",
      type_not_chosen: "Sie haben für diesen Kalender andere Arten von Pflichten gewählt.",
      not_yours: "Sie wurde gelöscht oder gehört jetzt jemand anderem.",
      sync_off: "Die Synchronisierung ist für diesen Kalender ausgeschaltet.",
      not_confirmed: "Die Verbindung wurde nicht abgeschlossen.",
      paused: "Die Synchronisierung ist pausiert. Der Grund steht oben beim Kalender.",
      disconnected: "Das Konto muss neu verbunden werden.",
      disconnecting: "Das Konto wird getrennt, und seine Termine werden entfernt.",
    },
    moved: (place, legal) =>
      `Sie haben den Termin verschoben: Er steht am ${place}. Das Fristdatum ist der ${legal}.`,
    moved_since: (place, since, legal) =>
      `Sie haben den Termin verschoben: Er steht am ${place} (seit ${since}). Das Fristdatum ist der ${legal}.`,
    hidden_since: (since) =>
      `Sie haben den Termin zweimal gelöscht, zuletzt am ${since}. Er bleibt weg, bis sich die Frist ändert.`,
    waits: {
      provider: "Der Anbieter ist im Moment nicht erreichbar.",
      provider_limit: "Der Anbieter bittet um eine Pause.",
      quota: "Der Anbieter begrenzt die Zahl der Änderungen.",
    },
  },
};
