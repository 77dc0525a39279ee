import type { STOPPED as ENGLISH } from "../stopped.ts";

/** What is asked before very much changes at once, in French. */
export const STOPPED: typeof ENGLISH = {
  mass_deletion: {
    heading: (deletions) => `Supprimer ${deletions} événements ?`,
    words: (account) =>
      `Ils disparaissent du calendrier de ${account}. C’est irréversible ici, même si votre fournisseur conserve peut-être quelque temps les événements supprimés.`,
    action: (deletions) => `Supprimer ${deletions} événements`,
  },
  mass_edit: {
    heading: (edits) => `Ces ${edits} modifications étaient-elles voulues ?`,
    words: (account) =>
      `Si vous continuez, nous traitons chaque modification du calendrier de ${account} séparément : les événements supprimés reviennent une fois ; les événements déplacés sont remis en place ou restent, selon votre choix pour ce calendrier. Nous vous interrogeons sur chaque nouvelle date.`,
    action: () => "Continuer",
  },
};
