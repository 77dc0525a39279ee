import type { KEYS as ENGLISH } from "../keys.ts";
import { plural } from "./first.ts";

/** What the tab *API Keys* says, in French. */
export const KEYS: typeof ENGLISH = {
  heading: "Clés API",
  introduction:
    "Pour vos programmes qui appellent l’API du calendrier. Une clé donne accès à ce que vous choisissez, et à rien d’autre.",
  failed: "Vos clés n’ont pas pu être chargées.",
  none: "Vous n’avez pas encore de clé.",
  add: "Créer une clé",
  create: "Créer la clé",
  name: "Nom",
  name_hint: "Le nom du programme, pour distinguer vos clés.",
  name_missing: "Saisissez un nom de 100 caractères au plus.",
  scopes: "Ce qu’elle permet",
  scopes_missing: "Choisissez au moins une possibilité.",
  expires: "Durée de validité",
  days: (n) => n === 365 ? "1 an" : plural(n, { one: "# jour", many: "# de jours", other: "# jours" }),
  scope: {
    "status:read": {
      label: "Voir l’état de vos calendriers",
      hint:
        "Comptes, calendriers, problèmes, activité et avis, ainsi que les titres et les dates de vos échéances.",
    },
    "sync:write": {
      label: "Faire synchroniser les calendriers",
      hint: "Synchroniser, réessayer et continuer là où la synchronisation attendait votre réponse.",
    },
    "evidence:read": {
      label: "Lire les historiques",
      hint: "De quand à quand chaque échéance figurait dans quel calendrier.",
    },
    "feeds:write": {
      label: "Gérer les liens de calendrier",
      hint: "Les créer, les modifier et les supprimer. Quiconque a un lien lit vos échéances.",
    },
    "proposals:write": {
      label: "Décider des échéances déplacées dans un calendrier",
      hint: "Accepter ou refuser le déplacement. L’accepter change l’échéance.",
    },
    "webhooks:write": {
      label: "Gérer les webhooks",
      hint: "Les ajouter, les modifier, les tester et les supprimer.",
    },
  },
  never:
    "Aucune clé ne peut connecter ou déconnecter un compte, modifier vos paramètres ou créer d’autres clés.",
  once:
    "Copiez-la maintenant : elle n’est affichée que cette fois. Quiconque la possède peut faire ce que vous avez choisi. Ne la mettez ni dans une adresse web ni dans du code source.",
  ready: (name) => `La clé « ${name} » est prête`,
  key: "Clé",
  done: "Terminé",
  begins_with: "Commence par",
  last_used: "Dernière utilisation",
  never_used: "Pas encore utilisée",
  works_until: (when) => `Valable jusqu’au ${when}`,
  replaced: (when) => `Remplacée par une autre clé. Valable jusqu’au ${when}`,
  expired: (when) => `Expirée le ${when}`,
  rotate: "Remplacer",
  rotate_named: (name) => `Remplacer ${name}`,
  rotate_heading: (name) => `Remplacer la clé « ${name} » ?`,
  rotate_words:
    "Vous recevez une nouvelle clé qui permet la même chose. L’actuelle reste valable un jour de plus, pour vous laisser le temps de changer. Si quelqu’un d’autre l’a peut-être, révoquez-la plutôt.",
  rotate_action: "Créer une nouvelle clé",
  revoke: "Révoquer",
  revoke_named: (name) => `Révoquer ${name}`,
  revoke_heading: (name) => `Révoquer la clé « ${name} » ?`,
  revoke_words: "Elle cesse aussitôt d’être valable. C’est irréversible.",
  revoke_action: "Révoquer la clé",
  revoked: (name) => `La clé « ${name} » est révoquée.`,
  errors: {
    too_many_keys: "Vous avez autant de clés que possible. Révoquez-en d’abord une.",
    key_replaced: "Cette clé a déjà été remplacée. Remplacez la nouvelle.",
  },
};
