/** What the page around the calendar settings says. */
export const PAGE = {
  heading: "Settings",
  sign_in: "Sign in",
  sign_in_to_finish: "Sign in to finish connecting your calendar.",
  email: "Email",
  password: "Password",
  demo: "Demo users of this local platform; their passwords are filled in:",
  sign_in_failed: "The form could not be loaded. Reload the page once you are online.",
  sign_out: "Sign out",
  refused: "This email and password do not belong together.",
  unreachable: "You could not be signed in just now. Try again.",
  tabs: {
    general: {
      label: "General",
      words: "Name, language and time zone of the account. Your platform fills this tab.",
    },
    calendar: { label: "Calendar" },
    webhooks: {
      label: "Webhooks",
      words: "Addresses that hear of changes to obligations. Your platform fills this tab.",
    },
    notifications: {
      label: "Notifications",
      words: "What is sent by e-mail, and when. Your platform fills this tab.",
    },
    api_keys: { label: "API Keys", words: "Keys for programs of yours. Your platform fills this tab." },
  },
};
