import type { ERRORS as ENGLISH } from "../errors.ts";

/** What went wrong and what helps, by the code of the error, in German. */
export const ERRORS: typeof ENGLISH = {
  network: "Sie sind anscheinend offline. Es wurde nichts geändert.",
  unreachable:
    "Der Server antwortet nicht. Wir wissen nicht, ob sich etwas geändert hat. Versuchen Sie es erneut.",
  origin_not_allowed:
    "Die Adresse dieser Seite ist hier nicht zugelassen. Es wurde nichts geändert. Wenden Sie sich an den Betreiber dieser Anwendung.",
  rate_limited: "Das waren viele Anfragen auf einmal. Versuchen Sie es gleich noch einmal.",
  more_access_needed: "In diesen Kalender dürfen wir nicht schreiben. Wählen Sie einen anderen.",
  calendar_in_use: "Eine andere Ihrer Verbindungen nutzt diesen Kalender. Wählen Sie einen anderen.",
  calendar_needed: "Dieser Server legt für uns keine Kalender an. Wählen Sie einen Ihrer Kalender.",
  reconnect_needed: "Das Konto muss zuerst neu verbunden werden.",
  disconnecting: "Das Konto wird gerade getrennt.",
  not_found: "Das gibt es nicht mehr.",
  mailbox_unavailable: "Das Postfach des Kontos ist nicht erreichbar.",
  permission_missing:
    "Das Konto erlaubt uns nicht, seine Kalender zu nutzen. Verbinden Sie es neu und erlauben Sie alles.",
  blocked_by_policy: "Eine Richtlinie Ihrer Organisation sperrt uns aus. Fragen Sie die Administration.",
  configuration: "Der Anbieter akzeptiert diese Installation nicht. Ihre Administration muss das beheben.",
  quota: "Der Anbieter begrenzt dieses Konto für einige Stunden. Versuchen Sie es später erneut.",
  provider_limit: "Der Anbieter bittet um eine Pause. Versuchen Sie es in einer Minute erneut.",
  provider_refused:
    "Der Anbieter hat das abgelehnt. Versuchen Sie es erneut. Wenn es dabei bleibt, wenden Sie sich an Ihre Administration.",
  provider_unavailable: "Der Kalenderanbieter hat nicht geantwortet. Versuchen Sie es erneut.",
  too_many_integrations: "Mehr Konten lassen sich nicht verbinden. Trennen Sie zuerst eines.",
  too_many_feeds: "Mehr Kalenderlinks sind nicht möglich. Löschen Sie zuerst einen.",
  provider_not_configured: "Dieser Anbieter ist in dieser Installation nicht eingerichtet.",
  unauthorized: "Ihre Sitzung ist abgelaufen. Melden Sie sich neu an.",
  other: "Das hat nicht funktioniert. Versuchen Sie es erneut.",
};
