import type { NoticeFacts } from "../../strings.ts";

/** Why a connection was lost, and what to do, in German. */
const LOST: Readonly<Record<string, string>> = {
  invalid_grant: "Das Konto lässt uns nicht mehr zu. Verbinden Sie es neu.",
  scope_missing:
    "Die Berechtigung, den Kalender zu ändern, wurde entzogen. Verbinden Sie ihn neu und erlauben Sie alles.",
  admin_consent_required:
    "Zuerst muss die Administration Ihrer Organisation zustimmen. Verbinden Sie das Konto danach neu.",
  secret_unreadable: "Der gespeicherte Zugang ist nicht mehr lesbar. Verbinden Sie das Konto neu.",
};

/** Why a connection is paused, and what to do, in German. */
const PAUSED: Readonly<Record<string, string>> = {
  calendar_missing:
    "Der Kalender wurde gelöscht oder lässt sich nicht mehr ändern. Wählen Sie einen anderen.",
  mass_deletion: "Ungewöhnlich viele Termine würden gelöscht. Sehen Sie nach und entscheiden Sie.",
  mass_edit:
    "Ungewöhnlich viele Termine wurden im Kalender verschoben oder gelöscht. Sehen Sie nach und entscheiden Sie.",
  blocked_by_policy: "Eine Richtlinie Ihrer Organisation sperrt uns aus. Fragen Sie die Administration.",
  mailbox_unavailable: "Das Postfach des Kontos ist nicht erreichbar. Es wurde entfernt oder ist umgezogen.",
  paused_by_admin: "Die Administration hat sie angehalten. Der Grund steht auf der Seite.",
};

/** What a notice says, in German: which calendar, why, what happens meanwhile, and what to do. */
export function noticeMessage({ kind, code, name, calendar }: NoticeFacts): string {
  const named = name === null ? "" : ` „${name}“`;
  const where = calendar === null ? "" : `${calendar}: `;
  switch (kind) {
    case "connection_lost":
      return `${where}Die Verbindung ist unterbrochen. ${
        LOST[code ?? ""] ?? "Verbinden Sie das Konto neu."
      } Bis dahin kommt keine Frist im Kalender an.`;
    case "connection_paused":
      return `${where}Die Synchronisierung ist pausiert. ${
        PAUSED[code ?? ""] ?? "Sehen Sie auf der Seite nach."
      } Bis dahin kommt keine Frist im Kalender an.`;
    case "deadline_failed":
      return code === "changed_again"
        ? `${where}Ein anderes Programm oder eine andere Person ändert die Zeit eines Termins immer wieder. Er bleibt deshalb, wie er ist. Sorgen Sie dafür, dass das aufhört, und versuchen Sie es dann auf der Seite erneut.`
        : `${where}Eine Frist konnte nicht eingetragen werden. Sehen Sie auf der Seite nach und versuchen Sie es erneut.`;
    case "deadline_restored":
      return `${where}Ein gelöschter Termin wurde wiederhergestellt, weil seine Frist noch gilt. Löschen Sie ihn noch einmal, wenn er wegbleiben soll.`;
    case "deadline_hidden":
      return `${where}Ein Termin wurde erneut gelöscht. Seine Frist erscheint dort erst wieder, wenn sie sich ändert.`;
    case "proposal_opened":
      return code === "accepted"
        ? `${where}Ein Termin wurde verschoben, und seine Frist mit ihm. Sie können das auf der Seite rückgängig machen.`
        : `${where}Ein Termin wurde verschoben. Entscheiden Sie, ob sich auch seine Frist verschiebt.`;
    case "connection_added":
      return `${where}${
        calendar === null ? "Ein" : "Dieser"
      } Kalender wurde mit Ihrem Konto verbunden. Wenn Sie das nicht waren, entfernen Sie ihn und ändern Sie Ihr Passwort.`;
    case "key_added":
      return `Für Ihr Konto wurde ein API-Schlüssel${named} erstellt. Wenn Sie das nicht waren, löschen Sie ihn und ändern Sie Ihr Passwort.`;
    case "webhook_added":
      return `Ihrem Konto wurde ein Webhook${named} hinzugefügt. Wenn Sie das nicht waren, löschen Sie ihn und ändern Sie Ihr Passwort.`;
    case "webhook_disabled":
      return `Ein Webhook${named} ist ausgeschaltet, weil seine Adresse unsere Nachrichten nicht angenommen hat. Prüfen Sie die Adresse und schalten Sie ihn wieder ein.`;
  }
}
