import type { ServerPreset } from "../connector.ts";

/** A server that its user has to name: there is no address to offer. */
const TO_BE_TYPED = "";

/** Services that the page offers by name, and where each explains the password that it wants from applications. */
export const PRESETS: readonly ServerPreset[] = [
  {
    name: "Apple iCloud",
    server_url: "https://caldav.icloud.com/",
    help_url: "https://support.apple.com/102654",
  },
  {
    name: "Fastmail",
    server_url: "https://caldav.fastmail.com/",
    help_url: "https://www.fastmail.help/hc/en-us/articles/360058752854-App-passwords",
  },
  {
    name: "Yahoo",
    server_url: "https://caldav.calendar.yahoo.com/",
    help_url: "https://help.yahoo.com/kb/SLN15241.html",
  },
  {
    name: "Zoho",
    server_url: "https://calendar.zoho.com/",
    help_url: "https://www.zoho.com/mail/help/adminconsole/two-factor-authentication.html#alink5",
  },
  {
    name: "Zoho (Europe)",
    server_url: "https://calendar.zoho.eu/",
    help_url: "https://www.zoho.com/mail/help/adminconsole/two-factor-authentication.html#alink5",
  },
  {
    name: "GMX",
    server_url: "https://caldav.gmx.net/",
    help_url: "https://hilfe.gmx.net/sicherheit/2fa/anwendungsspezifisches-passwort.html",
  },
  {
    name: "web.de",
    server_url: "https://caldav.web.de/",
    help_url: "https://hilfe.web.de/sicherheit/2fa/anwendungsspezifisches-passwort.html",
  },
  {
    name: "mailbox.org",
    server_url: "https://dav.mailbox.org/",
    help_url:
      "https://kb.mailbox.org/en/private/security-and-privacy/application-passwords-for-external-programs",
  },
  {
    name: "Posteo",
    server_url: "https://posteo.de:8443/",
    help_url: "https://posteo.de/en/help/app-passwords",
  },
  {
    name: "Nextcloud",
    server_url: TO_BE_TYPED,
    help_url: "https://docs.nextcloud.com/server/latest/user_manual/en/session_management.html",
  },
  { name: "Another server", server_url: TO_BE_TYPED, help_url: null },
];

/** The origins of the services above: what users may connect where an operator says nothing else. */
export const PRESET_ORIGINS: readonly string[] = [
  ...new Set(
    PRESETS.filter(({ server_url }) => server_url !== TO_BE_TYPED).map(({ server_url }) =>
      new URL(server_url).origin
    ),
  ),
];
