/** What the page around the calendar settings says. */
export const PAGE = {
  heading: "Settings",
  sign_in: "Sign in",
  sign_in_to_finish: "Sign in to finish connecting your calendar.",
  email: "Email",
  password: "Password",
  demo: "Demo users of this local platform; their passwords are filled in:",
  sign_in_failed: "The form could not be loaded. Reload the page.",
  sign_out: "Sign out",
  refused: "This email and password do not belong together.",
  unreachable: "You could not be signed in just now. Try again.",
};
