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
      `Dann wird jede so behandelt, als wäre sie die einzige im Kalender von ${account}: Gelöschtes kommt einmal zurück, und Verschobenes wird zurückverschoben oder bleibt, wie Sie es für diesen Kalender gewählt haben. Zu jedem neuen Datum werden Sie gefragt.`,
    action: () => "Fortfahren",
  },
};
