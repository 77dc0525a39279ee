import { createClient } from "@supabase/supabase-js";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../styles/isolation.css";
import "../styles/calendar-settings.css";
import "../styles/page.css";
import { languageOf } from "../languages.ts";
import { localeOf, localeOfWords } from "../locale.ts";
import { readConfig } from "./config.ts";
import { SettingsPage } from "./settings-page.tsx";
import { loadPage } from "./strings.ts";

const config = readConfig(
  document.getElementById("settings-config")?.textContent ?? "null",
  import.meta.env,
);
const supabase = createClient(config.supabaseUrl, config.publishableKey);
const { documentElement } = document;
const wanted = config.locale ?? localeOf(documentElement.lang, navigator.languages);
const language = languageOf(wanted);
documentElement.lang = localeOfWords(language, wanted, navigator.languages);
const words = await loadPage(language);

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <SettingsPage supabase={supabase} config={config} words={words} />
  </StrictMode>,
);
