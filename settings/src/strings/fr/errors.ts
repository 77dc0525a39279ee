import type { ERRORS as ENGLISH } from "../errors.ts";

/** What went wrong and what helps, by the code of the error, in French. */
export const ERRORS: typeof ENGLISH = {
  network: "Vous semblez être hors ligne. Rien n’a été modifié.",
  unreachable: "Le serveur ne répond pas. Nous ne savons pas si quelque chose a changé. Réessayez.",
  origin_not_allowed:
    "L’adresse de cette page n’est pas autorisée ici. Rien n’a été modifié. Prévenez l’exploitant de cette application.",
  rate_limited: "Cela faisait beaucoup de demandes à la fois. Réessayez dans un instant.",
  more_access_needed: "Nous n’avons pas le droit d’écrire dans ce calendrier. Choisissez-en un autre.",
  calendar_in_use: "Une autre de vos connexions utilise ce calendrier. Choisissez-en un autre.",
  calendar_needed: "Ce serveur ne crée pas de calendriers pour nous. Choisissez l’un des vôtres.",
  reconnect_needed: "Le compte doit d’abord être reconnecté.",
  disconnecting: "Le compte est en cours de déconnexion.",
  not_found: "Cela n’existe plus.",
  mailbox_unavailable: "La boîte aux lettres du compte est inaccessible.",
  permission_missing:
    "Le compte ne nous autorise pas à utiliser ses calendriers. Reconnectez-le et autorisez tout.",
  blocked_by_policy: "Une règle de votre organisation nous bloque. Adressez-vous à son administrateur.",
  configuration: "Le fournisseur n’accepte pas cette installation. Votre administrateur doit corriger cela.",
  quota: "Le fournisseur limite ce compte pendant quelques heures. Réessayez plus tard.",
  provider_limit: "Le fournisseur nous demande d’attendre. Réessayez dans une minute.",
  provider_refused: "Le fournisseur a refusé. Réessayez ; si cela persiste, prévenez votre administrateur.",
  provider_unavailable: "Le fournisseur du calendrier n’a pas répondu. Réessayez.",
  too_many_integrations: "Vous avez connecté autant de comptes que possible. Déconnectez-en d’abord un.",
  too_many_feeds: "Vous avez autant de liens de calendrier que possible. Supprimez-en d’abord un.",
  provider_not_configured: "Ce fournisseur n’est pas configuré dans cette installation.",
  unauthorized: "Votre session a expiré. Reconnectez-vous.",
  other: "Cela n’a pas fonctionné. Réessayez.",
};
