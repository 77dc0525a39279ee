import type { LateStrings } from "../../late-strings.ts";
import { CONTENT } from "./content.ts";
import { ERRORS } from "./errors.ts";
import { GENERAL } from "./general.ts";
import { KEYS } from "./keys.ts";
import { MOVES } from "./moves.ts";
import { NOTIFICATIONS } from "./notifications.ts";
import { PANELS } from "./panels.ts";
import { plural } from "./first.ts";
import { STOPPED } from "./stopped.ts";
import { TEST_EVENT } from "./test-event.ts";
import { WEBHOOKS } from "./webhooks.ts";

/** What is said only by parts that the first sight of the page does without, in French. */
export const LATE: LateStrings = {
  ...PANELS,
  content: CONTENT,
  errors: ERRORS,
  general: GENERAL,
  moves: MOVES,
  stopped: STOPPED,
  notifications: NOTIFICATIONS,
  webhooks: WEBHOOKS,
  keys: KEYS,
  test_event: TEST_EVENT,

  links: {
    obligation: "Ouvrir l’obligation",
    obligation_named: (title) => `Ouvrir l’obligation : ${title}`,
  },

  returned: {
    confirming: "La connexion se termine…",
    connected: (name, account) =>
      account === null ? `${name} est connecté.` : `${name} est connecté avec le compte ${account}.`,
    connected_next: "Vos échéances y arrivent.",
    first_arrived: (seconds) => `La première est arrivée ${seconds} s après la connexion.`,
    next_deadlines: "Vos prochaines échéances, au fur et à mesure de leur arrivée",
    see: (name) => `Voir dans ${name}`,
    see_named: (title, name) => `Voir dans ${name} : ${title}`,
    admin_consent_given:
      "Le consentement a été donné pour l’organisation. Ses membres peuvent maintenant connecter leur calendrier.",
    allow_access: "Reconnecter avec l’accès",
    use_own_calendar: "Passer à un calendrier à part",
    admin_consent_link: "Lien pour votre administrateur",
    errors: {
      invalid_state:
        "Cette connexion n’a pas commencé ici, elle n’a donc pas été utilisée. Rien n’a été connecté.",
      expired_state:
        "La connexion a pris plus de 10 minutes, elle n’a donc pas été utilisée. Rien n’a été connecté.",
      access_denied: "Vous n’avez pas autorisé l’accès, rien n’a donc été connecté.",
      scope_missing:
        "Une case de la page de consentement n’a pas été cochée, et sans elle aucune échéance ne peut être inscrite. Reconnectez le compte et cochez toutes les cases.",
      identity_invalid:
        "Impossible de savoir avec certitude de quel compte il s’agissait : rien n’a été connecté.",
      exchange_failed: "Le fournisseur du calendrier n’a pas terminé la connexion. Rien n’a été connecté.",
      admin_consent_required:
        "Dans votre organisation, seul un administrateur peut autoriser cela. Envoyez au vôtre le lien ci-dessous, puis reconnectez le compte.",
      mailbox_unavailable: "Ce compte n’a pas de calendrier accessible. Connectez un autre compte.",
      forbidden:
        "Cette connexion a été commencée par une autre personne, identifiée ici à ce moment. Elle n’a pas été ajoutée à votre compte. Connectez votre propre calendrier, ou identifiez-vous en tant que cette personne.",
      connection_unknown: "Cette connexion a expiré ou a déjà été utilisée.",
      more_access_needed:
        "Vos échéances sont dans un calendrier qui existait déjà, et cette fois vous n’avez pas autorisé l’accès à celui-ci. Rien n’a encore changé. Reconnectez le compte et autorisez-le, ou faites passer vos échéances dans un calendrier à part. Ce qui est dans l’ancien calendrier y reste.",
      disconnecting: "Le compte est en cours de déconnexion. Réessayez dans un instant.",
      network: "La connexion n’a pas pu être terminée : vous semblez être hors ligne.",
      unreachable: "La connexion n’a pas pu être terminée : le serveur ne répond pas.",
      origin_not_allowed:
        "La connexion n’a pas pu être terminée : l’adresse de cette page n’est pas autorisée ici. Prévenez l’exploitant de cette application.",
      other: "La connexion n’a pas pu être terminée.",
    },
  },

  password: {
    own_calendar: "Votre calendrier CalDAV",
    service: "Service",
    address: "Adresse du serveur",
    address_hint: "Par exemple cloud.example.com",
    username: "Nom d’utilisateur",
    username_hint: "Souvent votre adresse e-mail",
    password: "Mot de passe",
    opens:
      "Le mot de passe que vous nous donnez ouvre tout votre compte auprès de ce service, y compris vos autres calendriers. Il est conservé chiffré, et nous ne lisons et ne modifions que nos propres événements. Utilisez-en un créé pour des applications : vous pouvez le révoquer à tout moment.",
    help: "Comment en créer un",
    action: "Connecter",
    working: "Connexion…",
    calendar: "Calendrier",
    no_calendar:
      "Ce serveur ne crée pas de calendriers pour nous, et vous n’en avez aucun où nous puissions écrire. Créez-en un sur ce serveur.",
    incomplete: "Remplissez tous les champs.",
    errors: {
      server_not_allowed: "Ce serveur ne peut pas être connecté ici. Votre administrateur peut l’ajouter.",
      server_unreachable: "Le serveur est injoignable. Vérifiez son adresse.",
      not_caldav: "Le serveur répond, mais ne propose aucun calendrier à cette adresse. Vérifiez-la.",
      sign_in_not_supported:
        "Ce serveur demande un mode de connexion qui n’est pas pris en charge ici, comme Digest. Son exploitant peut passer à Basic.",
      sign_in_failed:
        "Le serveur n’accepte pas ce nom d’utilisateur et ce mot de passe. Beaucoup de services exigent un mot de passe créé pour des applications.",
      invalid_request:
        "Un nom d’utilisateur ne contient ni deux-points ni saut de ligne. Vérifiez votre saisie.",
    },
  },

  custom_reminder: {
    amount: "Combien de temps avant",
    unit: "Unité",
    add: "Ajouter",
    invalid: "Choisissez une durée de 4 semaines au plus.",
    units: { minutes: "minutes", hours: "heures", days: "jours", weeks: "semaines" },
  },

  more_access: {
    introduction: (company) =>
      `Pour utiliser un calendrier que vous avez déjà, ${company} vous demandera aussi :`,
    asks: [
      "l’autorisation de voir et de modifier les événements de tous vos agendas : il n’existe pas de droit plus restreint pour un agenda que vous avez déjà",
      "l’accès à la liste des agendas Google auxquels vous êtes abonné, pour vous permettre d’en choisir un",
    ],
    promise:
      "Nous écrivons dans le calendrier que vous choisissez. Nous ne lisons, ne modifions et ne supprimons que nos propres événements.",
  },

  evidence: {
    download: "Télécharger son historique (CSV)",
    file_name: "historique-echeance",
  },

  activity: {
    failed: "L’activité n’a pas pu être chargée.",
    none: "Rien pour l’instant. Ce qui est écrit dans vos calendriers apparaît ici.",
    refresh: "Actualiser",
    earlier: "Afficher les précédentes",
    bulk: {
      created: (n) => `${n} échéances ont été ajoutées`,
      updated: (n) => `${n} échéances ont été mises à jour`,
      moved: (n) => `${n} échéances sont passées dans un autre calendrier`,
      removed: (n) => `${n} échéances ont été retirées`,
      adopted: (n) => `${n} échéances étaient déjà là et ont été reprises`,
      rejected: (n) => `${n} échéances n’ont pas été acceptées par le calendrier`,
      left_alone: (n) => `${n} événements restent tels quels, car quelqu’un en modifie sans cesse l’horaire`,
      given_up: (n) => `${n} échéances n’ont pas pu être écrites`,
      moved_by_user: (n) => `${n} échéances ont été déplacées dans le calendrier`,
      deleted_by_user: (n) => `${n} échéances ont été supprimées dans le calendrier`,
    },
    somewhere: "un calendrier qui n’est plus connecté",
    everywhere: "tous les calendriers",
    gone_title: "Une obligation",
    events: {
      created: (title, due) => due === null ? `Ajout de ${title}` : `Ajout de ${title}, échéance le ${due}`,
      updated: (title, due) =>
        due === null ? `Mise à jour de ${title}` : `Mise à jour de ${title}, échéance désormais le ${due}`,
      moved: (title) => `Passage de ${title} dans un autre calendrier`,
      removed: (title) => `Retrait de ${title}`,
      adopted: (title) => `Reprise de ${title}, déjà dans le calendrier`,
      rejected: (title) => `Refus de ${title} par le calendrier`,
      left_alone: (title) =>
        `L’événement « ${title} » reste tel quel, car quelqu’un en modifie sans cesse l’horaire`,
      given_up: (title) => `Écriture impossible de ${title}`,
      moved_by_user: (title, due) =>
        due === null
          ? `Déplacement de ${title} dans le calendrier`
          : `Déplacement de ${title} au ${due} dans le calendrier`,
      moved_back_by_user: (title) => `Retour de ${title} à sa place dans le calendrier`,
      resized_by_user: (title) => `Changement de durée de ${title} dans le calendrier`,
      deleted_by_user: (title) => `Suppression de ${title} dans le calendrier`,
      hidden_by_user: (title) => `Nouvelle suppression de ${title} dans le calendrier, sans retour`,
      returned_by_user: (title) => `Annulation de la suppression de ${title} dans le calendrier`,
      proposal_opened: (title, due) =>
        due === null
          ? `Nouvelle date proposée pour ${title}`
          : `Nouvelle date proposée pour ${title} : ${due}`,
      proposal_accepted: (title, due) =>
        due === null ? `Nouvelle date pour ${title}` : `Nouvelle date pour ${title} : ${due}`,
      proposal_dismissed: (title) => `Date conservée pour ${title}`,
      proposal_undone: (title) => `Retour à la date précédente pour ${title}`,
      proposal_superseded: (title) =>
        `Nouvelle date non utilisée pour ${title} : une modification plus récente l’a remplacée`,
    },
    connections: {
      connected: "Le compte a été connecté",
      reconnected: "Le compte a été reconnecté",
      grant_lost: "Le compte ne nous donnait plus accès",
      paused: "La synchronisation a été mise en pause",
      resumed: "La synchronisation a repris",
      switched_off: "La synchronisation a été désactivée",
      switched_on: "La synchronisation a été activée",
      calendar_chosen: "Un autre calendrier a été choisi",
      settings_changed: "Les paramètres ont été modifiés",
      disconnecting: "La déconnexion a commencé, les événements sont en cours de suppression",
      disconnected: "Le compte a été déconnecté",
      retried: "Ce qui avait échoué a été réessayé",
      resynced: "Toutes les échéances ont été vérifiées de nouveau",
      erased: "Les données personnelles ont été effacées de cette liste",
      drained: "Tout ce qui attendait a été essayé aussitôt",
    },
    paused_because: {
      mass_deletion:
        "La synchronisation a été mise en pause : beaucoup d’événements auraient été supprimés d’un coup",
      mass_edit:
        "La synchronisation a été mise en pause : beaucoup d’événements ont été déplacés ou supprimés d’un coup dans le calendrier",
      calendar_missing: "La synchronisation a été mise en pause : le calendrier était introuvable",
      blocked_by_policy: "La synchronisation a été mise en pause : une règle de l’organisation nous bloquait",
      mailbox_unavailable: "La synchronisation a été mise en pause : la boîte aux lettres était inaccessible",
    },
    calendar_chosen: (name) => `« ${name} » a été choisi comme calendrier`,
    disconnected_events: {
      kept: "Le compte a été déconnecté, et ses événements ont été conservés",
      removed: "Le compte a été déconnecté, et ses événements ont été supprimés",
      left: "Le compte a été déconnecté, et ses événements sont restés où ils étaient",
    },
    causes: {
      you: "par vous",
      another_user: "par une autre personne",
      admin: "par un administrateur",
      database: "par un administrateur",
    },
  },

  disconnect: {
    heading: (account) => `Déconnecter ${account} ?`,
    introduction: "Les échéances n’arrivent plus dans ce calendrier. Notre accès à celui-ci est supprimé.",
    question: "Que faire des événements qui s’y trouvent ?",
    keep: "Conserver les événements",
    keep_hint: "Ils restent tels quels. Si vous reconnectez ce compte, ils sont repris.",
    remove: "Supprimer les événements",
    remove_hint:
      "Ils sont supprimés du calendrier, et notre propre calendrier aussi s’il ne contient rien d’autre. C’est irréversible.",
    remove_impossible:
      "Pour supprimer les événements, reconnectez d’abord le compte : sans accès, rien ne peut être supprimé.",
    action: "Déconnecter",
  },

  picker: {
    heading: "Choisir un calendrier",
    introduction: "Vos échéances passent dans le calendrier que vous choisissez.",
    only_own: (name) => `Vos échéances sont dans « ${name} », un calendrier à part.`,
    own: "Un calendrier à part",
    own_hint: "Nommé « Compliance deadlines » : facile à masquer, à colorer et à partager.",
    own_name: "Compliance deadlines",
    primary: "Calendrier principal",
    read_only: "Vous ne pouvez que lire ce calendrier.",
    loading: "Recherche de vos calendriers…",
    failed: "Vos calendriers n’ont pas pu être listés.",
    none: "Il n’y a aucun autre calendrier où vous puissiez écrire.",
    refresh: "Actualiser la liste",
    save: "Utiliser ce calendrier",
    more_access_action: "Afficher mes calendriers",
    changed: (name) => `Vos échéances passent dans « ${name} ».`,
    undone: (name) => `Vos échéances reviennent dans « ${name} ».`,
  },

  feeds: {
    slow:
      "Les applications consultent une telle adresse quand elles le décident : Apple environ une fois par heure, Outlook et Google une ou deux fois par jour. Connectez votre calendrier ci-dessus pour voir les modifications en quelques instants.",
    twice:
      "Vos échéances arrivent aussi par un calendrier connecté. Dans une application qui affiche les deux, chacune y est deux fois.",
    none: "Vous n’avez pas encore de lien de calendrier.",
    failed: "Vos liens de calendrier n’ont pas pu être chargés.",
    create: "Créer un lien de calendrier",
    create_action: "Créer le lien",
    edit: "Modifier",
    edit_named: (name) => `Modifier ${name}`,
    save: "Enregistrer",
    name: "Nom",
    name_hint: "Pour vous, afin de distinguer vos liens, par exemple « Mon téléphone ».",
    name_missing: "Saisissez un nom de 100 caractères au plus.",
    types: "Obligations",
    all_types: "De tous les types",
    these_types: "De ces types :",
    types_missing: "Choisissez au moins un type.",
    look_back: "Échéances passées",
    look_ahead: "Échéances à venir",
    days: (n) =>
      n % 365 === 0
        ? plural(n / 365, { one: "# an", many: "# d’années", other: "# ans" })
        : plural(n, { one: "# jour", many: "# de jours", other: "# jours" }),
    no_past: "Aucune",
    no_end: "Toutes",
    completed: "Obligations accomplies",
    completed_keep: "Les garder, avec un ✓",
    completed_remove: "Les omettre",
    expires: "Validité de l’adresse",
    expires_never: "Jusqu’à ce que vous la supprimiez",
    expires_in: (words) => `Pendant ${words}`,
    expires_as_now: (when) => `Jusqu’au ${when}`,
    expires_at: (when) => `Valable jusqu’au ${when}`,
    expired: (when) => `Expirée le ${when}`,
    created: "Créée",
    last_used: "Dernière lecture",
    last_used_by: (client) => `par ${client}`,
    never_used: "Pas encore lue",
    clients: {
      google: "Google Agenda",
      outlook: "Outlook",
      apple: "Calendrier Apple",
      thunderbird: "Thunderbird",
      other: "une autre application",
    },
    address: "Adresse secrète",
    address_once:
      "Copiez-la maintenant : elle n’est affichée que cette fois. Quiconque la possède peut lire ces échéances : ne la donnez à personne.",
    ready: (name) => `« ${name} » est prêt`,
    open: {
      apple: "Ouvrir dans Calendrier Apple",
      google: "Ajouter à Google Agenda",
      outlook: "Ajouter à Outlook",
    },
    qr: "Ou visez ce code avec l’appareil photo de votre téléphone :",
    qr_name: "Code QR de l’adresse secrète",
    done: "Terminé",
    rotate: "Nouvelle adresse",
    rotate_named: (name) => `Nouvelle adresse pour ${name}`,
    rotate_heading: (name) => `Une nouvelle adresse pour « ${name} » ?`,
    rotate_words:
      "L’actuelle cesse aussitôt de fonctionner. Il faut donner la nouvelle aux applications qui la lisent.",
    rotate_action: "Créer une nouvelle adresse",
    revoke: "Supprimer",
    revoke_named: (name) => `Supprimer ${name}`,
    revoke_heading: (name) => `Supprimer « ${name} » ?`,
    revoke_words: "Son adresse cesse aussitôt de fonctionner. C’est irréversible.",
    revoke_action: "Supprimer le lien",
    revoked: (name) => `« ${name} » est supprimé.`,
    saved: (name) => `« ${name} » est modifié.`,
  },
};
