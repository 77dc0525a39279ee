import type { CONTENT as ENGLISH } from "../content.ts";
import { plural } from "./first.ts";

/** What goes into the events of one calendar, in German. */
export const CONTENT: typeof ENGLISH = {
  types: {
    changed_all: "Fristen jeder Art kommen in diesen Kalender.",
    changed: "Nur Fristen dieser Arten bleiben in diesem Kalender.",
  },

  title: {
    label: "Titel",
    hint: (characters) =>
      `{title} ist der Titel der Pflicht. Daneben können {type} und {status} (Open oder Completed) und eigene Worte stehen: zusammen höchstens ${characters} Zeichen.`,
    add: (placeholder) => `${placeholder} hinzufügen`,
    reset: "Nur den Titel verwenden",
    changed: "Die Titel werden geändert.",
    problems: {
      too_long: "Das ist zu lang.",
      lacks_title: "{title} muss vorkommen.",
      braces: "Geschweifte Klammern dürfen nur um title, type und status stehen.",
    },
  },

  edits: {
    label: "Wenn Sie eine Frist in diesem Kalender verschieben",
    choices: {
      restore: {
        label: "Zurückverschieben",
        hint:
          "Der Termin kehrt sofort zu seiner Frist zurück. Wir fragen Sie, ob sich auch die Frist ändern soll.",
        changed: "Verschobene Fristen werden zurückverschoben.",
      },
      keep: {
        label: "Dort lassen, wohin ich sie verschiebe",
        hint:
          "Der Termin bleibt dort, mit dem Fristdatum in seinem Text, bis sich die Frist selbst ändert. Wir fragen Sie, ob sie sich ändern soll.",
        changed: "Verschobene Fristen bleiben, wohin Sie sie verschieben.",
      },
      ignore: {
        label: "Vorerst dort lassen",
        hint:
          "Der Termin bleibt dort, bis sich an seiner Pflicht etwas ändert, und kehrt dann zurück. Wir fragen Sie, ob sich die Frist ändern soll.",
        changed: "Verschobene Fristen bleiben, bis sich ihre Pflicht ändert.",
      },
      accept: {
        label: "Die Frist ändern",
        hint:
          "Die Pflicht erhält sofort das neue Datum, als hätten Sie es dort eingegeben. Über einen Hinweis können Sie das zurücknehmen. Wenn Sie die Pflicht nicht ändern dürfen, kehrt der Termin zurück.",
        changed: "Wenn Sie eine Frist in diesem Kalender verschieben, ändert sich jetzt die Pflicht.",
      },
    },
    failed: "Die Auswahl konnte nicht geladen werden.",
  },

  reapply: {
    hint: "Vorhandene Termine behalten ihre Erinnerungen, bis Sie diese übernehmen.",
    action: "Auf vorhandene Termine anwenden …",
    heading: "Diese Erinnerungen auf vorhandene Termine anwenden?",
    words:
      "Jede Frist, die noch bevorsteht, erhält sie. Erinnerungen, die Sie selbst im Kalender gesetzt haben, werden ersetzt. Das lässt sich nicht rückgängig machen. Sonst ändert sich an den Terminen nichts.",
    yes: "Anwenden",
    done: (n) =>
      n === 0 ? "Es gibt noch keine Termine." : plural(n, {
        one: "Ein Termin erhält diese Erinnerungen.",
        other: "# Termine erhalten diese Erinnerungen.",
      }),
  },

  preview: {
    heading: "Vorschau",
    sample: "Quartalsbericht",
    sample_type: "Bericht",
    all_day: (day) => `${day}, ganztägig`,
    timed: (time) => `${time}, 30 Minuten lang`,
    free: "Sie gelten in dieser Zeit als verfügbar.",
    no_reminder: "Keine Erinnerung",
    reminds: (times) => `Erinnerungen: ${times}`,
    completed: "Wenn sie erledigt ist",
    completed_gone: "Der Termin wird entfernt.",
  },
};
