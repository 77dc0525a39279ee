import type { PANELS as ENGLISH } from "../panels.ts";

/** What the panels below the accounts say, in French. */
export const PANELS: typeof ENGLISH = {
  problems: {
    introduction: "Ces échéances ne sont pas dans votre calendrier comme elles le devraient.",
    failed: "Les problèmes n’ont pas pu être chargés.",
    reason_given_up: (company, attempts) =>
      `${company} n’a pas accepté cette échéance. Tentatives : ${attempts}.`,
    reason_rejected: (company) =>
      `${company} n’accepte pas cet événement. Modifiez l’obligation ou réessayez.`,
    provider_word: (reason) => `Le fournisseur indique « ${reason} ».`,
    provider_status: (status) => `Le fournisseur a répondu avec le code HTTP ${status}.`,
    not_written: (attempts) => `L’échéance n’a pas pu être inscrite après ${attempts} tentatives.`,
    stands: (place, legal) => `L’événement se trouve au ${place} ; sa date légale est le ${legal}.`,
    own_reasons: {
      changed_again:
        "Un autre programme ou une autre personne modifie sans cesse l’horaire de cet événement. Il reste donc tel quel. Mettez fin à ces modifications, puis réessayez.",
      out_of_range: "Sa date est trop éloignée pour un calendrier. Modifiez-la.",
      edited: "L’événement a été modifié dans le calendrier à chaque tentative.",
      no_answer: "Le fournisseur n’a pas répondu.",
      unreadable: "La réponse du fournisseur n’a pas pu être lue.",
      gone: "L’événement n’existait plus lors de la tentative.",
      taken: "Le calendrier n’accepte plus l’identifiant de cet événement.",
    },
    retry: "Réessayer",
    retry_named: (title) => `Réessayer : ${title}`,
    retry_all: "Tout réessayer",
    retried: "Nouvel essai en cours.",
    gone_title: "Une obligation qui n’est plus la vôtre",
    shown_of: (shown, total) => `Les ${shown} derniers sur ${total}.`,
  },

  why_not: {
    label: "Trouver une obligation",
    placeholder: "Une partie de son titre",
    hint: "Choisissez-en une pour lire où elle se trouve, ou pourquoi elle manque dans un calendrier.",
    nothing_found: "Aucune de vos obligations n’a cela dans son titre.",
    nothing_yet: "Vous n’avez pas encore d’obligation.",
    failed: "La recherche dans vos obligations a échoué.",
    explain_failed: "Cela n’a pas pu être vérifié. Réessayez.",
    not_connected: "Vous n’avez pas encore connecté de calendrier.",
    no_deadline: "Aucune échéance",
    in_calendar: "Dans le calendrier",
    not_in_calendar: "Pas dans le calendrier",
    last_written: "Dernière écriture",
    next_attempt: "Prochaine tentative",
    answers: {
      synced: "Elle est dans le calendrier, telle qu’elle a été modifiée en dernier.",
      waiting: "Elle a été modifiée et va être écrite.",
      retrying: "Elle n’a pas encore pu être écrite. Nous continuons d’essayer.",
      given_up:
        "Elle n’a pas pu être écrite après plusieurs tentatives. Réessayez sous « Problèmes » ou modifiez-la.",
      rejected: "Le calendrier ne l’accepte pas. Modifiez-la ou réessayez sous « Problèmes ».",
      not_noticed:
        "Sa dernière modification n’a pas été remarquée. Elle le sera d’ici un jour, ou aussitôt avec « Synchroniser ».",
      no_deadline: "Elle n’a pas d’échéance : il n’y a pas de jour où la placer.",
      cancelled: "Elle est annulée.",
      completed: "Elle est accomplie, et vous avez choisi de faire supprimer les obligations accomplies.",
      hidden_by_user:
        "Vous avez supprimé son événement deux fois : il ne revient pas tant que l’échéance ne change pas.",
      type_not_chosen: "Vous avez choisi d’autres types d’obligations pour ce calendrier.",
      not_yours: "Elle a été supprimée ou appartient maintenant à quelqu’un d’autre.",
      sync_off: "La synchronisation est désactivée pour ce calendrier.",
      not_confirmed: "La connexion n’a pas été terminée.",
      paused: "La synchronisation est en pause. La raison figure plus haut, avec le calendrier.",
      disconnected: "Le compte doit être reconnecté.",
      disconnecting: "Le compte est en cours de déconnexion, et ses événements sont supprimés.",
    },
    moved: (place, legal) =>
      `Vous avez déplacé son événement : il se trouve au ${place}. Sa date légale est le ${legal}.`,
    moved_since: (place, since, legal) =>
      `Vous avez déplacé son événement : il se trouve au ${place} (depuis le ${since}). Sa date légale est le ${legal}.`,
    hidden_since: (since) =>
      `Vous avez supprimé son événement deux fois, la dernière fois le ${since} : il ne revient pas tant que l’échéance ne change pas.`,
    waits: {
      provider: "Le fournisseur est injoignable pour le moment.",
      provider_limit: "Le fournisseur nous demande d’attendre.",
      quota: "Le fournisseur limite le nombre de modifications.",
    },
  },
};
