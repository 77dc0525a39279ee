import type { NOTIFICATIONS as ENGLISH } from "../notifications.ts";

/** What the tab *Notifications* says, in French. */
export const NOTIFICATIONS: typeof ENGLISH = {
  heading: "Notifications",
  introduction: "Ce qui vous est signalé par e-mail. Tout figure aussi sous « Calendrier ».",
  failed: "Vos notifications n’ont pas pu être chargées.",
  address: (email) => `Les e-mails sont envoyés à ${email}, l’adresse avec laquelle vous vous connectez.`,
  no_address: "Votre compte n’a pas d’adresse e-mail : rien ne peut être envoyé.",
  suppressed:
    "Les e-mails envoyés à cette adresse reviennent, nous n’en envoyons donc plus. Changez l’adresse de votre compte pour en recevoir de nouveau.",
  kind: "Sujet",
  when: "E-mail",
  modes: { immediately: "Aussitôt", daily: "Une fois par jour", off: "Jamais" },
  always: "Ne peut pas être désactivé : cela vous avertit si quelqu’un d’autre utilise votre compte.",
  changed: (kind, mode) => `${kind} : ${mode.toLowerCase()}.`,
  kinds: {
    connection_lost: "Un calendrier qui ne nous donne plus accès",
    connection_paused: "Un calendrier en pause",
    deadline_failed: "Une échéance qui n’est pas dans le calendrier comme elle le devrait",
    deadline_restored: "Un événement que vous avez supprimé et qui est revenu",
    deadline_hidden: "Une échéance qui reste hors d’un calendrier",
    proposal_opened: "Une échéance que vous avez déplacée dans un calendrier",
    connection_added: "Un calendrier connecté à votre compte",
    key_added: "Une clé API créée pour votre compte",
    webhook_added: "Un webhook ajouté à votre compte",
    webhook_disabled: "Un webhook désactivé",
  },
};
