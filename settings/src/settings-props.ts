import type { Supabase } from "./api/supabase.ts";
import type { Translation } from "./translation.ts";

/** What `<CalendarSettings>` and `<SettingsTabs>` both take. */
export interface SettingsProps {
  /** Whose user connects calendars. Its session may come, go and change. */
  readonly supabase: Supabase;
  /** Where a consent page comes back to, one of `CALENDAR_REDIRECT_URLS`; this page, without its query, if not given. */
  readonly redirectTo?: string;
  /** What to say; what we say in the language of `locale` if not given, English where we do not speak it. */
  readonly strings?: Translation;
  /** BCP 47, of words, dates and numbers; the reader's variety of the document's language if not given, else the browser's. */
  readonly locale?: string;
  /** The document's direction if not given. */
  readonly dir?: "ltr" | "rtl";
}
