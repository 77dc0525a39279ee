import type { MOVES as ENGLISH } from "../moves.ts";
import { plural } from "./first.ts";

/** What is said of deadlines that the user moved in a calendar, in French. */
export const MOVES: typeof ENGLISH = {
  moved: (n) =>
    plural(n, {
      one: "Vous avez déplacé # échéance.",
      many: "Vous avez déplacé # d’échéances.",
      other: "Vous avez déplacé # échéances.",
    }),
  decide: "Décider",
  introduction:
    "Vous avez déplacé ces événements dans votre calendrier. Un calendrier ne change jamais une échéance : c’est à vous de décider. « Proposer la nouvelle date » déplace l’échéance elle-même, dans tous les calendriers.",
  none:
    "Il n’y a rien à décider. Quand vous déplacez l’événement d’une échéance dans votre calendrier, vous le retrouvez ici.",
  failed: "Les échéances que vous avez déplacées n’ont pas pu être chargées.",
  open_name: "À décider",
  decided_name: "Décidé ces 30 derniers jours",
  gone_title: "Une obligation qui n’est plus la vôtre",
  moved_to: "Vous l’avez déplacé au",
  legal_date: "Date légale",
  events: {
    back: "L’événement est revenu à la date légale.",
    kept: "L’événement reste où vous l’avez mis, avec la date légale dans sa description.",
    moved: "L’événement reste pour l’instant où vous l’avez mis.",
    pending: "L’événement doit encore être remis à la date légale.",
    gone: "L’événement n’est plus dans votre calendrier.",
  },
  accept: "Proposer la nouvelle date",
  accept_named: (title, when) => `Proposer la nouvelle date pour ${title} : ${when}`,
  dismiss: "Garder la date",
  dismiss_named: (title, when) => `Garder la date de ${title} : ${when}`,
  undo_named: (title) => `Annuler la nouvelle date de ${title}`,
  accepted: (title, when) => `${title} : l’échéance est désormais le ${when}.`,
  dismissed: (title, when) => `${title} : l’échéance reste le ${when}.`,
  undone: (title, when) => `${title} : l’échéance est de nouveau le ${when}.`,
  more: (n) =>
    plural(n, {
      one: "En afficher # de plus",
      many: "En afficher # de plus",
      other: "En afficher # de plus",
    }),
  states: {
    accepted: (seen, legal) => `La date est passée du ${legal} au ${seen}.`,
    dismissed: (seen, legal) => `La date est restée le ${legal} ; vous aviez déplacé l’événement au ${seen}.`,
    superseded: (seen, legal) =>
      `Vous aviez déplacé l’événement du ${legal} au ${seen}. Une modification plus récente l’a remplacé.`,
  },
  errors: {
    forbidden:
      "Vous n’avez pas le droit de modifier cette échéance. Adressez-vous à la personne responsable.",
    proposal_decided:
      "C’était déjà décidé, ou vous avez encore déplacé l’événement. La liste est maintenant à jour.",
    proposal_not_accepted: "Il n’y a plus rien à annuler.",
    deadline_changed: "L’échéance a changé depuis. La liste est maintenant à jour.",
  },
};
