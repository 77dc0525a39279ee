"use client";

import { SettingsTabs } from "@ecocomply/calendar-settings";
import { createClient } from "@supabase/supabase-js";

const supabase = createClient("https://project.example", "a-publishable-key");

export function AllTabs() {
  return <SettingsTabs supabase={supabase} hide={["general"]} />;
}
