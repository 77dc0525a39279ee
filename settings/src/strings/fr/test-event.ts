import type { TEST_EVENT as ENGLISH } from "../test-event.ts";

/** What is said of the event that shows whether deadlines reach a calendar, in French. */
export const TEST_EVENT: typeof ENGLISH = {
  label: "Événement de test",
  hint: "Écrit un événement dans ce calendrier et le supprime au bout de dix minutes.",
  action: "Envoyer un événement de test",
  again: "Réessayer",
  writing: "Il est en route…",
  not_yet: (why) => `Il n’y est pas encore. ${why}`,
  there: (seconds) => `Il y est, ${seconds} s après votre demande.`,
  open: "L’ouvrir",
  goes: "Suppression :",
  remove: "Le supprimer maintenant",
  removing: "Suppression en cours…",
  removed: "Il est supprimé.",
  refused: (why) => `Il n’a pas pu être écrit. ${why}`,
  failed: "L’événement de test n’a pas pu être vérifié.",
  reasons: {
    invalid_grant: "Le compte ne nous donne plus accès. Reconnectez-le.",
    scope_missing:
      "Votre autorisation de modifier ce calendrier a été retirée. Reconnectez-le et autorisez-la.",
    admin_consent_required: "L’administrateur de votre organisation doit d’abord l’autoriser.",
    blocked_by_policy: "Une règle de votre organisation nous bloque. Adressez-vous à son administrateur.",
    mailbox_unavailable: "La boîte aux lettres du compte est inaccessible.",
    calendar_missing: "Le calendrier a été supprimé, ou vous ne pouvez que le lire. Choisissez-en un autre.",
    mass_deletion: "La synchronisation est en pause : répondez d’abord à la question ci-dessus.",
    mass_edit: "La synchronisation est en pause : répondez d’abord à la question ci-dessus.",
    secret_unreadable: "Le compte doit être reconnecté.",
    configuration: "L’installation n’est pas bien configurée. Prévenez son administrateur.",
    provider_unavailable: "Le fournisseur est injoignable pour le moment.",
    quota: "Le compte est plein, ou son fournisseur le limite. Nous continuons d’essayer.",
    rejected: "Le calendrier n’accepte pas nos événements.",
    disconnected: "Le compte doit être reconnecté.",
    paused: "La synchronisation est en pause.",
    disconnecting: "Le compte est en cours de déconnexion.",
  },
};
