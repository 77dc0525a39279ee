import type { CONTENT as ENGLISH } from "../content.ts";
import { plural } from "./first.ts";

/** What goes into the events of one calendar, in French. */
export const CONTENT: typeof ENGLISH = {
  types: {
    changed_all: "Les échéances de tous les types arrivent dans ce calendrier.",
    changed: "Seules les échéances de ces types restent dans ce calendrier.",
  },

  title: {
    label: "Titre",
    hint: (characters) =>
      `{title} est le titre de l’obligation. {type} et {status} (Open ou Completed) peuvent l’accompagner, ainsi que vos propres mots : ${characters} caractères au plus en tout.`,
    add: (placeholder) => `Ajouter ${placeholder}`,
    reset: "N’utiliser que le titre",
    changed: "Les titres sont en cours de modification.",
    problems: {
      too_long: "C’est trop long.",
      lacks_title: "{title} doit y figurer.",
      braces: "Les accolades ne peuvent entourer que title, type et status.",
    },
  },

  edits: {
    label: "Quand vous déplacez une échéance dans ce calendrier",
    choices: {
      restore: {
        label: "La remettre en place",
        hint:
          "L’événement revient aussitôt à son échéance. Nous vous demandons si l’échéance elle-même doit changer.",
        changed: "Les échéances déplacées sont remises en place.",
      },
      keep: {
        label: "La laisser où je l’ai mise",
        hint:
          "L’événement y reste, avec la date légale dans son texte, jusqu’à ce que l’échéance elle-même change. Nous vous demandons si elle doit changer.",
        changed: "Les échéances déplacées restent où vous les avez mises.",
      },
      ignore: {
        label: "La laisser pour l’instant",
        hint:
          "L’événement y reste jusqu’à ce que quelque chose change dans son obligation, puis il revient. Nous vous demandons si l’échéance doit changer.",
        changed: "Les échéances déplacées restent jusqu’à ce que leur obligation change.",
      },
      accept: {
        label: "Changer l’échéance",
        hint:
          "L’obligation prend aussitôt la nouvelle date, comme si vous l’y aviez saisie ; un avis vous permet de revenir en arrière. Si vous n’avez pas le droit de la modifier, l’événement revient.",
        changed: "Déplacer une échéance dans ce calendrier modifie désormais l’obligation.",
      },
    },
    failed: "Les choix possibles n’ont pas pu être chargés.",
  },

  reapply: {
    hint: "Les événements existants gardent leurs rappels tant que vous n’appliquez pas ceux-ci.",
    action: "Appliquer aux événements existants…",
    heading: "Appliquer ces rappels aux événements existants ?",
    words:
      "Chaque échéance à venir les reçoit. Les rappels que vous avez définis vous-même dans votre calendrier sont remplacés, et c’est irréversible. Rien d’autre ne change dans les événements.",
    yes: "Appliquer",
    done: (n) =>
      n === 0 ? "Il n’y a pas encore d’événement." : plural(n, {
        one: "# événement reçoit ces rappels.",
        many: "# d’événements reçoivent ces rappels.",
        other: "# événements reçoivent ces rappels.",
      }),
  },

  preview: {
    heading: "Aperçu",
    sample: "Rapport trimestriel",
    sample_type: "Rapport",
    all_day: (day) => `${day}, toute la journée`,
    timed: (time) => `${time}, pendant 30 minutes`,
    free: "Vous restez disponible à ce moment.",
    no_reminder: "Aucun rappel",
    reminds: (times) => `Rappels : ${times}`,
    completed: "Une fois accomplie",
    completed_gone: "Son événement est supprimé.",
  },
};
