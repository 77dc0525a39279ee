import { createClient } from "@supabase/supabase-js";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { readConfig } from "./config.ts";

const config = readConfig();
const supabase = createClient(config.supabaseUrl, config.publishableKey);

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <h1>Settings</h1>
    <p>{supabase.auth ? config.demoUsers.map(({ email }) => email).join(", ") : ""}</p>
  </StrictMode>,
);
