import type { MOVES as ENGLISH } from "../moves.ts";
import { plural } from "./first.ts";

/** What is said of deadlines that the user moved in a calendar, in German. */
export const MOVES: typeof ENGLISH = {
  moved: (n) =>
    plural(n, { one: "Sie haben eine Frist verschoben.", other: "Sie haben # Fristen verschoben." }),
  decide: "Entscheiden",
  introduction:
    "Sie haben diese Termine in Ihrem Kalender verschoben. Ein Kalender ändert nie eine Frist, daher entscheiden Sie. „Neues Datum vorschlagen“ verschiebt die Frist selbst, in jedem Kalender.",
  none:
    "Es gibt nichts zu entscheiden. Wenn Sie den Termin einer Frist in Ihrem Kalender verschieben, finden Sie ihn hier.",
  failed: "Die Fristen, die Sie verschoben haben, konnten nicht geladen werden.",
  open_name: "Zu entscheiden",
  decided_name: "In den letzten 30 Tagen entschieden",
  gone_title: "Eine Pflicht, die nicht mehr Ihre ist",
  moved_to: "Von Ihnen verschoben auf",
  legal_date: "Fristdatum",
  events: {
    back: "Der Termin steht wieder am Fristdatum.",
    kept: "Der Termin bleibt, wohin Sie ihn verschoben haben, mit dem Fristdatum in seiner Beschreibung.",
    moved: "Der Termin bleibt vorerst, wohin Sie ihn verschoben haben.",
    pending: "Der Termin muss noch auf das Fristdatum zurückgesetzt werden.",
    gone: "Der Termin steht nicht mehr in Ihrem Kalender.",
  },
  accept: "Neues Datum vorschlagen",
  accept_named: (title, when) => `Neues Datum für ${title} vorschlagen: ${when}`,
  dismiss: "Datum behalten",
  dismiss_named: (title, when) => `Datum von ${title} behalten: ${when}`,
  undo_named: (title) => `Neues Datum von ${title} rückgängig machen`,
  accepted: (title, when) => `${title} ist jetzt am ${when} fällig.`,
  dismissed: (title, when) => `${title} bleibt am ${when} fällig.`,
  undone: (title, when) => `${title} ist wieder am ${when} fällig.`,
  more: (n) => plural(n, { one: "Eine weitere anzeigen", other: "# weitere anzeigen" }),
  states: {
    accepted: (seen, legal) => `Das Datum wurde vom ${legal} auf den ${seen} geändert.`,
    dismissed: (seen, legal) => `Es blieb beim ${legal}; Sie hatten den Termin auf den ${seen} verschoben.`,
    superseded: (seen, legal) =>
      `Sie hatten den Termin vom ${legal} auf den ${seen} verschoben. Eine neuere Änderung hat das ersetzt.`,
  },
  errors: {
    forbidden: "Sie dürfen diese Frist nicht ändern. Fragen Sie, wer für sie zuständig ist.",
    proposal_decided:
      "Das wurde schon entschieden, oder Sie haben den Termin noch einmal verschoben. Die Liste ist jetzt aktuell.",
    proposal_not_accepted: "Es gibt nichts mehr rückgängig zu machen.",
    deadline_changed: "Die Frist hat sich seitdem geändert. Die Liste ist jetzt aktuell.",
  },
};
