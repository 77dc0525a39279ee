import "@ecocomply/calendar-settings/styles.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { readConfig } from "./config.ts";
import "./demo.css";
import { DemoPage } from "./demo-page.tsx";
import { connectTo } from "./supabase.ts";

const config = readConfig();
const supabase = connectTo(config);

createRoot(document.getElementById("root") ?? document.body).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: 1 } } })}>
      <DemoPage config={config} supabase={supabase} />
    </QueryClientProvider>
  </StrictMode>,
);
