import type { GENERAL as ENGLISH } from "../general.ts";

/** What the tab *General* says, in French. */
export const GENERAL: typeof ENGLISH = {
  heading: "Général",
  introduction: "Paramètres de tous vos calendriers.",
  failed: "Vos paramètres n’ont pas pu être chargés.",
  time_zone: "Fuseau horaire",
  time_zone_hint: "Pour les heures affichées ici et pour l’heure de l’e-mail quotidien.",
  time_zone_browser: (name) => `Utiliser ${name}, le fuseau horaire de ce navigateur`,
  time_zone_changed: (name) => `Les heures sont affichées pour ${name}.`,
  other_zones: "Autres",
  reminder_time: "Heure des échéances sur la journée entière",
  reminder_time_hint:
    "Les rappels sont comptés à partir de cette heure. Elle s’applique aux calendriers que vous connectez désormais.",
  reminder_time_changed: (time) =>
    `Dans les nouveaux calendriers, les échéances sur la journée entière sont fixées à ${time}.`,
  unknown_time_zone: "Le serveur ne connaît pas ce fuseau horaire. Choisissez-en un autre.",
};
