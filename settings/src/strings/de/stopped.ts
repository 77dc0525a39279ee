import type { STOPPED as ENGLISH } from "../stopped.ts";

/** What is asked before very much changes at once, in German. */
export const STOPPED: typeof ENGLISH = {
  mass_deletion: {
    heading: (deletions) => `${deletions} Termine löschen?`,
    words: (account) =>
      `Sie verschwinden aus dem Kalender von ${account}. Das lässt sich hier nicht rückgängig machen, auch wenn Ihr Anbieter gelöschte Termine vielleicht noch eine Weile aufbewahrt.`,
    action: (deletions) => `${deletions} Termine löschen`,
  },
  mass_edit: {
    heading: (edits) => `Waren diese ${edits} Änderungen gewollt?`,
    words: (account) =>
      `Wenn Sie fortfahren, behandeln wir jede Änderung im Kalender von ${account} für sich: Gelöschte Termine kommen einmal zurück. Verschobene Termine werden zurückverschoben oder bleiben, wie Sie es für diesen Kalender gewählt haben. Zu jedem neuen Datum fragen wir Sie.`,
    action: () => "Fortfahren",
  },
};
