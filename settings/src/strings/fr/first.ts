import { pluralOf } from "../../format.ts";
import type { Strings } from "../../strings.ts";
import { noticeMessage } from "./notices.ts";

/** The forms that French has; `many`: for millions. It is here so that no file is loaded for it. */
export const plural = pluralOf<"one" | "many" | "other">("fr");

/** What `<CalendarSettings>` says at first, in French. */
export const FIRST: Strings = {
  tabs: {
    name: "Paramètres",
    general: "Général",
    calendar: "Calendrier",
    webhooks: "Webhooks",
    notifications: "Notifications",
    api_keys: "Clés API",
  },

  heading: "Calendrier",
  introduction:
    "Retrouvez chaque échéance dans le calendrier que vous consultez. Les modifications arrivent en quelques instants.",
  loading: "Chargement de vos calendriers…",
  loading_part: "Chargement…",
  part_failed: "Cette partie n’a pas pu être chargée. Rechargez la page.",
  load_failed: "Vos calendriers n’ont pas pu être chargés.",
  out_of_date: "Ce que vous voyez ici n’est peut-être plus à jour.",
  load_errors: {
    network: "Vous semblez être hors ligne.",
    unreachable: "Le serveur ne répond pas. Nous continuons d’essayer.",
    origin_not_allowed:
      "L’adresse de cette page n’est pas autorisée ici. Prévenez l’exploitant de cette application.",
    rate_limited: "Cela faisait beaucoup de demandes à la fois : nous réessayons dans un instant.",
    unauthorized: "Votre session a expiré. Reconnectez-vous.",
  },
  signed_out: "Connectez-vous pour voir vos calendriers et en connecter.",
  try_again: "Réessayer",
  cancel: "Annuler",
  undo: "Annuler",
  copy: "Copier",
  copied: "Copié",
  dismiss: "Fermer",
  reference: (id) => `Référence : ${id}`,
  notification: "Notification",
  notifications: (key) => `Notifications (${key})`,

  notices: {
    heading: "Avis",
    failed: "Vos avis n’ont pas pu être chargés.",
    severities: { critical: "Urgent :", warning: "Important :" },
    look: "Voir",
    dismiss: (message) => `Fermer : ${message}`,
    dismissed: "Avis fermé.",
    more: (n) =>
      plural(n, {
        one: "Afficher # autre avis",
        many: "Afficher # d’autres avis",
        other: "Afficher # autres avis",
      }),
    unread: (n) => plural(n, { one: "# avis", many: "# d’avis", other: "# avis" }),
    message: noticeMessage,
  },

  providers: {
    google: {
      name: "Google Agenda",
      one: "Google Agenda",
      company: "Google",
      asks: [
        "l’autorisation de créer des agendas Google secondaires et d’y voir, créer, modifier et supprimer des événements : nous en créons un pour vos échéances",
        "l’accès à l’adresse e-mail principale de votre compte Google, pour vous montrer quel compte est connecté",
      ],
      never: "Vos autres agendas nous restent invisibles.",
    },
    outlook: {
      name: "Calendrier Outlook",
      one: "un calendrier Outlook",
      company: "Microsoft",
      asks: [
        "un accès complet à vos calendriers, le plus restreint que Microsoft propose : nous en créons un pour vos échéances",
        "l’accès à votre adresse e-mail et à votre profil de base, pour vous montrer quel compte est connecté",
        "un accès durable à ces données, pour continuer pendant votre absence",
      ],
      never:
        "Nous voyons les noms de vos calendriers. Nous ne lisons et ne modifions que nos propres événements.",
    },
    apple: {
      name: "Calendrier Apple",
      one: "un calendrier Apple",
      company: "Apple",
      asks: [
        "votre compte Apple et un mot de passe pour application : nous créons un calendrier pour vos échéances",
      ],
      never: "Nous ne lisons et ne modifions que nos propres événements.",
    },
    caldav: {
      name: "Autres calendriers (CalDAV)",
      one: "un autre calendrier (CalDAV)",
      company: "Le serveur de calendriers",
      asks: [
        "un nom d’utilisateur et un mot de passe créé pour des applications : nous créons un calendrier pour vos échéances",
      ],
      never: "Nous ne lisons et ne modifions que nos propres événements.",
    },
  },

  connect: {
    will_ask: (company) => `${company} vous demandera :`,
    you_need: "Il vous faut :",
    action: (name) => `Connecter ${name}`,
    another: "Connecter un autre compte",
    going: (company) => `Redirection vers ${company}…`,
    not_configured: (name) =>
      `${name} : pas encore configuré dans cette installation. Votre administrateur peut l’ajouter.`,
  },

  states: {
    waiting_for_confirmation: {
      label: "Non terminé",
      words:
        "Cette connexion a été autorisée mais pas terminée, peut-être dans une autre fenêtre. Elle disparaît d’elle-même après 10 minutes.",
      action: "Reconnecter",
    },
    up_to_date: { label: "Connecté" },
    syncing: { label: "Synchronisation" },
    has_problems: {
      label: "Connecté",
      words: (n) =>
        plural(n, {
          one: "# échéance n’est pas dans votre calendrier comme elle le devrait.",
          many: "# d’échéances ne sont pas dans votre calendrier comme elles le devraient.",
          other: "# échéances ne sont pas dans votre calendrier comme elles le devraient.",
        }),
      action: "Voir pourquoi",
    },
    switched_off: {
      label: "En pause",
      words:
        "La synchronisation est désactivée. Votre calendrier reste tel quel jusqu’à ce que vous la réactiviez.",
      action: "Activer",
    },
    reconnect_needed: {
      label: "À reconnecter",
      words: (company) =>
        `${company} ne nous donne plus accès : l’accès a été retiré ou un mot de passe a changé. Vos événements et vos paramètres sont conservés.`,
      action: "Reconnecter",
    },
    permission_withdrawn: {
      label: "À reconnecter",
      words:
        "L’autorisation de modifier votre calendrier a été retirée. Reconnectez-le et cochez toutes les cases.",
      action: "Reconnecter",
    },
    admin_consent_needed: {
      label: "Administrateur requis",
      words:
        "Dans votre organisation, seul un administrateur peut autoriser cela. Envoyez ce lien au vôtre, puis reconnectez le compte.",
      action: "Reconnecter",
    },
    blocked_by_policy: {
      label: "En pause",
      words:
        "Une règle de votre organisation nous bloque. Adressez-vous à son administrateur. Nous essayons une fois par jour.",
      action: "Essayer maintenant",
    },
    mailbox_unavailable: {
      label: "En pause",
      words:
        "La boîte aux lettres de ce compte est inaccessible : elle a été supprimée ou déplacée. Nous essayons une fois par jour.",
      action: "Essayer maintenant",
    },
    calendar_missing: {
      label: "Calendrier introuvable",
      words: "Le calendrier a été supprimé ou n’est plus modifiable.",
      action: "Le recréer",
      other_action: "Choisir un autre calendrier",
    },
    mass_deletion: {
      label: "En attente de votre réponse",
      words: (deletions, events) =>
        `${deletions} événements sur ${events} seraient supprimés d’un coup. C’est peut-être une erreur : rien n’a été modifié.`,
      action: "Les supprimer…",
      other_action: "Je les ai rétablis, vérifier",
    },
    mass_edit: {
      label: "En attente de votre réponse",
      words: (edits, events) =>
        `${edits} événements sur ${events} ont été déplacés ou supprimés d’un coup. C’est peut-être une erreur : rien n’a été modifié.`,
      action: "Continuer…",
    },
    provider_down: {
      label: "En attente",
      words: (company, when) =>
        when === null
          ? `${company} est injoignable. Vous n’avez rien à faire, nous continuons d’essayer.`
          : `${company} est injoignable. Vous n’avez rien à faire, prochain essai : ${when}.`,
    },
    quota: {
      label: "En attente",
      words: (company, when) =>
        when === null
          ? `${company} limite le nombre de modifications. Vous n’avez rien à faire, nous continuons dès que possible.`
          : `${company} limite le nombre de modifications. Vous n’avez rien à faire, reprise : ${when}.`,
    },
    configuration: {
      label: "En attente",
      words:
        "Le fournisseur n’accepte pas cette installation. Votre administrateur doit corriger cela, puis nous continuons automatiquement.",
    },
    paused: {
      label: "En pause",
      words: "La synchronisation est en pause.",
      action: "Essayer maintenant",
    },
    paused_by_admin: {
      label: "En pause",
      words: (reason) =>
        `Un administrateur a suspendu la synchronisation de ce calendrier${
          reason === "" ? "" : ` : ${reason}`
        }. Elle reprend dès qu’un administrateur la relance.`,
    },
    disconnecting: {
      label: "Déconnexion",
      words: "Les événements sont en cours de suppression. Vous pouvez quitter cette page.",
      waits: {
        provider: (company, when) =>
          `Les événements doivent encore être supprimés. ${company} est injoignable. ${
            when === null ? "Nous continuons d’essayer" : `Prochain essai : ${when}`
          }. Vous pouvez quitter cette page.`,
        quota: (company, when) =>
          `Les événements doivent encore être supprimés. ${company} limite le nombre de modifications. ${
            when === null ? "Nous continuons dès que possible" : `Reprise : ${when}`
          }. Vous pouvez quitter cette page.`,
      },
    },
  },

  integration: {
    unknown_account: "Compte sans nom",
    calendar: "Calendrier",
    change_calendar: "Changer de calendrier",
    last_synced: "Dernière synchronisation",
    never_synced: "Pas encore",
    in_calendar: "Dans le calendrier",
    deadlines: (n, formatted) =>
      plural(n, {
        one: `${formatted} échéance`,
        many: `${formatted} d’échéances`,
        other: `${formatted} échéances`,
      }),
    sync_now: "Synchroniser",
    disconnect: "Déconnecter…",
    sync_asked: "Toutes les échéances sont vérifiées.",
    next_sync: "Prochaine synchronisation",
    on_change: "À la prochaine modification",
    settings: "Paramètres de ce calendrier",
  },

  progress: {
    name: (account) => `Synchronisation de ${account}`,
    counts: (done, total) => `Échéances : ${done} sur ${total}`,
    removing: (left) => `Événements restant à supprimer : ${left}`,
    almost_done: "presque terminé",
    left: (duration) => `encore ${duration} environ`,
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} min`,
    hours: (n) => `${n} h`,
  },

  auto_sync: {
    label: "Garder ce calendrier à jour",
    hint: "Les échéances apparaissent, se déplacent et disparaissent d’elles-mêmes.",
    on: "La synchronisation est réactivée.",
    off: "La synchronisation est désactivée. Votre calendrier reste tel quel.",
  },

  reminders: {
    label: "Rappels",
    hint: "Pour les nouveaux événements, afin de préserver vos propres modifications.",
    hint_one: "Outlook n’en affiche qu’un : le plus proche de l’échéance. Pour les nouveaux événements.",
    all_day: "Heure des échéances sur la journée entière",
    all_day_midnight: "Le jour même, le rappel a lieu à minuit.",
    none: "Aucun rappel",
    add: "Ajouter un rappel",
    custom: "Autre moment…",
    at_deadline: "À l’échéance",
    before: (duration) => `${duration} avant`,
    minutes: (n) => plural(n, { one: "# minute", many: "# de minutes", other: "# minutes" }),
    hours: (n) => plural(n, { one: "# heure", many: "# d’heures", other: "# heures" }),
    days: (n) => plural(n, { one: "# jour", many: "# de jours", other: "# jours" }),
    weeks: (n) => plural(n, { one: "# semaine", many: "# de semaines", other: "# semaines" }),
    remove: (reminder) => `Supprimer le rappel : ${reminder}`,
    full: "Cinq au maximum.",
    changed: "Rappels modifiés.",
  },

  completed: {
    label: "Quand une obligation est accomplie",
    keep: "Garder son événement, avec un ✓ devant le titre",
    remove: "Supprimer son événement",
    changed_keep: "Les échéances accomplies restent dans votre calendrier, avec un ✓.",
    changed_remove: "Les échéances accomplies quittent votre calendrier.",
  },

  disconnect: {
    done_keep: (account) => `${account} est déconnecté. Ses événements ont été conservés.`,
    done_remove: (account) => `${account} est déconnecté et ses événements sont supprimés.`,
    removing: (account) => `Suppression des événements de ${account}.`,
    grant_page: "Mettre aussi fin à l’accès chez le fournisseur",
    connect_again: "Reconnecter",
  },

  problems: {
    heading: "Problèmes",
    solved: "Aucune échéance n’a été refusée par un calendrier.",
  },

  why_not: {
    heading: "Pourquoi cela manque-t-il dans mon calendrier ?",
  },

  activity: { heading: "Activité récente" },

  moves: { heading: "Échéances que vous avez déplacées" },

  feeds: {
    heading: "Liens de calendrier (iCal)",
    introduction:
      "Une adresse secrète où toute application de calendrier peut lire vos échéances. Vous ne nous donnez aucun accès.",
    open: "Utiliser un lien de calendrier",
  },
};
