import { createClient } from "@supabase/supabase-js";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../styles/isolation.css";
import "../styles/calendar-settings.css";
import "../styles/page.css";
import { readConfig } from "./config.ts";
import { SettingsPage } from "./settings-page.tsx";

const config = readConfig(
  document.getElementById("settings-config")?.textContent ?? "null",
  import.meta.env,
);
const supabase = createClient(config.supabaseUrl, config.publishableKey);

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <SettingsPage supabase={supabase} config={config} />
  </StrictMode>,
);
