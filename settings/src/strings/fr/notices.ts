import type { NoticeFacts } from "../../strings.ts";

/** Why a connection was lost, and what to do, in French. */
const LOST: Readonly<Record<string, string>> = {
  invalid_grant: "Le compte ne nous donne plus accès. Reconnectez-le.",
  scope_missing: "L’autorisation de modifier le calendrier a été retirée. Reconnectez-le et autorisez tout.",
  admin_consent_required:
    "L’administrateur de votre organisation doit d’abord l’autoriser. Reconnectez ensuite le compte.",
  secret_unreadable: "L’accès enregistré n’est plus lisible. Reconnectez le compte.",
};

/** Why a connection is paused, and what to do, in French. */
const PAUSED: Readonly<Record<string, string>> = {
  calendar_missing: "Le calendrier a été supprimé ou n’est plus modifiable. Choisissez-en un autre.",
  mass_deletion: "Un nombre inhabituel d’événements serait supprimé. Vérifiez-les et décidez.",
  mass_edit:
    "Un nombre inhabituel d’événements a été déplacé ou supprimé dans le calendrier. Vérifiez-les et décidez.",
  blocked_by_policy: "Une règle de votre organisation nous bloque. Adressez-vous à son administrateur.",
  mailbox_unavailable: "La boîte aux lettres du compte est inaccessible. Elle a été supprimée ou déplacée.",
  paused_by_admin: "Un administrateur l’a suspendue. La page dit pourquoi.",
};

/** What a notice says, in French: which calendar, why, what happens meanwhile, and what to do. */
export function noticeMessage({ kind, code, name, calendar }: NoticeFacts): string {
  const named = name === null ? "" : ` « ${name} »`;
  const where = calendar === null ? "" : `${calendar} : `;
  switch (kind) {
    case "connection_lost":
      return `${where}La connexion est perdue. ${
        LOST[code ?? ""] ?? "Reconnectez le compte."
      } D’ici là, aucune échéance n’y arrive.`;
    case "connection_paused":
      return `${where}La synchronisation est en pause. ${
        PAUSED[code ?? ""] ?? "Voyez cela sur la page."
      } D’ici là, aucune échéance n’y arrive.`;
    case "deadline_failed":
      return code === "changed_again"
        ? `${where}Un autre programme ou une autre personne modifie sans cesse l’horaire d’un événement. Il reste donc tel quel. Mettez fin à ces modifications, puis réessayez sur la page.`
        : `${where}Une échéance n’a pas pu être inscrite. Voyez cela sur la page et réessayez.`;
    case "deadline_restored":
      return `${where}Un événement supprimé a été rétabli, car son échéance est toujours valable. Supprimez-le encore une fois s’il ne doit pas revenir.`;
    case "deadline_hidden":
      return `${where}Un événement a été supprimé de nouveau. Son échéance n’y figure plus tant qu’elle ne change pas.`;
    case "proposal_opened":
      return code === "accepted"
        ? `${where}Un événement a été déplacé, et son échéance avec lui. Vous pouvez annuler cela sur la page.`
        : `${where}Un événement a été déplacé. Décidez si son échéance se déplace aussi.`;
    case "connection_added":
      return `${where}${
        calendar === null ? "Un" : "Ce"
      } calendrier a été connecté à votre compte. Si ce n’était pas vous, retirez-le et changez votre mot de passe.`;
    case "key_added":
      return `Une clé API${named} a été créée pour votre compte. Si ce n’était pas vous, supprimez-la et changez votre mot de passe.`;
    case "webhook_added":
      return `Un webhook${named} a été ajouté à votre compte. Si ce n’était pas vous, supprimez-le et changez votre mot de passe.`;
    case "webhook_disabled":
      return `Un webhook${named} est désactivé, car son adresse n’a pas accepté nos messages. Vérifiez l’adresse et réactivez-le.`;
  }
}
