import type { PageStrings } from "../strings.ts";

/** What the page around the calendar settings says, in French. */
export const PAGE: PageStrings = {
  heading: "Paramètres",
  sign_in: "Se connecter",
  sign_in_to_finish: "Connectez-vous pour terminer la connexion de votre calendrier.",
  email: "E-mail",
  password: "Mot de passe",
  demo: "Utilisateurs de démonstration de cette plateforme locale, dont les mots de passe sont remplis :",
  sign_in_failed: "Le formulaire n’a pas pu être chargé. Rechargez la page.",
  sign_out: "Se déconnecter",
  refused: "Cette adresse e-mail et ce mot de passe ne vont pas ensemble.",
  unreachable: "La connexion est impossible pour le moment. Réessayez.",
};
